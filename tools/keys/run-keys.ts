import { HELP, descriptionOf, needed, readArguments, tenantIdOf, type KeysArguments } from './arguments.js';
import { DEVICE_COMMANDS } from './device-commands.js';
import { forecast, inventory, keyLine, type KeyLine, type OrderLine, type ReportAnswer } from './print.js';
import type { Prompt } from './prompt.js';
import { foundCustodians } from './sandbox-custodians.js';
import { TENANT_COMMANDS } from './tenant-commands.js';
import { KeysError, VaultDoor } from './vault-door.js';

const MOVES = ['activate', 'close', 'retire', 'revoke', 'destroy', 'export'];
const EXIT = { done: 0, trouble: 1, changed: 2 } as const;

/** What a command has at hand. */
interface Room {
  readonly door: VaultDoor;
  readonly prompt: Prompt;
  readonly args: KeysArguments;
}

type Command = (room: Room) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  list: async ({ door, args }) =>
    answerOf(args, await reportOf(door, { isComplete: args.options['all'] === true }), inventory),
  forecast: async ({ door, args }) => {
    const days = Number(args.options['days'] ?? 90);
    return answerOf(args, await reportOf(door, { days }), forecast);
  },
  report,
  custodians: ({ door, prompt, args }) => {
    const { names } = args.options;
    return foundCustodians(door, prompt, {
      dataDir: dataDirOf(args),
      names: typeof names === 'string' ? names.split(',') : null,
    });
  },
  generate: async (room) => {
    const key = await room.door.ask<KeyLine>('keyGenerate', {
      ...descriptionOf(room.args),
      ...(await custodian(room)),
    });
    return `${keyLine(key)}\nit waits for: npm run keys -- activate ${key.id} --as NAME`;
  },
  'replace-custodian': replaceCustodian,
  import: importComponent,
  'import-block': importBlock,
  rotate: async (room) => {
    const who = await custodian(room);
    const key = await room.door.ask<KeyLine>('keyGenerate', { keyId: operandOf(room.args, 'KEY'), ...who });
    const order = await room.door.ask<OrderLine>('keyOrder', { keyId: key.id, operation: 'activate', ...who });
    return `${keyLine(key)}\n${waiting(order)}`;
  },
  approve: async (room) => {
    const orderId = operandOf(room.args, 'ORDER');
    const done = await room.door.ask<Approved>('keyApprove', { orderId, ...(await custodian(room)) });
    if ('enters' in done) return `${done.enters} has taken the place of ${done.leaves}`;
    return [keyLine(done.key), ...(done.keyBlock === undefined ? [] : [done.keyBlock])].join('\n');
  },
};

/** What a second signature brought about: a key has moved or left, or a custodian was replaced. */
type Approved =
  { readonly key: KeyLine; readonly keyBlock?: string } | { readonly leaves: string; readonly enters: string };

async function replaceCustodian(room: Room): Promise<string> {
  const [leaves, enters] = [operandOf(room.args, 'CUSTODIAN'), needed(room.args, 'with')];
  const who = await custodian(room);
  const secret = await room.prompt.secret(`secret of ${enters}, 16 characters or more, typed by ${enters}`);
  const replacement = { leaves, enters, secret };
  const { orderId } = await room.door.ask<{ orderId: string }>('custodians', { replacement, ...who });
  return `${enters} for ${leaves} waits for another custodian: npm run keys -- approve ${orderId} --as NAME`;
}

function waiting({ id, operation, keyId }: OrderLine): string {
  return `${operation} ${keyId} waits for another custodian: npm run keys -- approve ${id} --as NAME`;
}

async function orderMove(room: Room): Promise<string> {
  const { command, options } = room.args;
  const wrappingKeyId = command === 'export' ? needed(room.args, 'under') : (options['under'] ?? null);
  const asked = { keyId: operandOf(room.args, 'KEY'), operation: command, wrappingKeyId };
  return waiting(await room.door.ask<OrderLine>('keyOrder', { ...asked, ...(await custodian(room)) }));
}

async function importComponent(room: Room): Promise<string> {
  const { ceremony } = room.args.options;
  const what = typeof ceremony === 'string' ? { ceremonyId: ceremony } : descriptionOf(room.args);
  const who = await custodian(room);
  const component = await room.prompt.secret('your component, hex');
  const answer = await room.door.ask<{ ceremonyId: string; number: number; componentKcv: string; key: KeyLine | null }>(
    'keyComponent',
    { ...what, component, ...who },
  );
  const given = `component ${answer.number}, check value ${answer.componentKcv}: compare it with your paper`;
  if (answer.key === null) {
    return `${given}\nthe other custodian goes on: npm run keys -- import --ceremony ${answer.ceremonyId} --as NAME`;
  }
  return `${given}\nthe key, check value ${answer.key.kcv}\n${keyLine(answer.key)}\nit waits for: npm run keys -- activate ${answer.key.id} --as NAME`;
}

async function importBlock(room: Room): Promise<string> {
  const { args, prompt, door } = room;
  const what = { ...descriptionOf(args), wrappingKeyId: needed(args, 'under'), kcv: needed(args, 'kcv').toUpperCase() };
  const who = await custodian(room);
  const keyBlock = await prompt.secret('key block');
  const key = await door.ask<KeyLine>('keyImport', { ...what, keyBlock, ...who });
  return `${keyLine(key)}\nit waits for: npm run keys -- activate ${key.id} --as NAME`;
}

async function report({ door }: Room): Promise<string> {
  const whole = await reportOf(door, { isComplete: true, devicesAfter: '' });
  const devices = [...(whole.devices ?? [])];
  for (let page = devices; page.length > 0;) {
    page = [...((await reportOf(door, { devicesAfter: page[page.length - 1]!.id })).devices ?? [])];
    devices.push(...page);
  }
  return JSON.stringify({ ...whole, devices }, null, 2);
}

interface Verdict {
  readonly tenantId: string;
  readonly slices: number;
  readonly rows: number;
  readonly unchained: number;
  readonly fault: { readonly kind: string; readonly auditId: string | null; readonly seq: number } | null;
}

/** @returns lines, and whether every audit is what was written */
async function verifyAudit({ door, args }: Room): Promise<{ text: string; isWhole: boolean }> {
  const { tenant, json } = args.options;
  const tenants =
    typeof tenant === 'string' ? [tenantIdOf(tenant)] : (await door.ask<{ tenants: string[] }>('auditVerify')).tenants;
  const verdicts: Verdict[] = [];
  for (const tenantId of tenants) verdicts.push(await door.ask<Verdict>('auditVerify', { tenantId }));
  const isWhole = verdicts.every(({ fault }) => fault === null);
  const lines = verdicts.map(({ tenantId, slices, rows, unchained, fault }) => {
    const counted = `${tenantId}  ${rows} rows in ${slices} slices, ${unchained} not chained yet`;
    return fault === null
      ? `${counted}  intact`
      : `${counted}  CHANGED: ${fault.kind}, row ${fault.auditId ?? '-'}, slice ${fault.seq}`;
  });
  const text = [...lines, isWhole ? 'the audit is what was written' : 'THE AUDIT WAS CHANGED'].join('\n');
  return { text: json === true ? JSON.stringify(verdicts) : text, isWhole };
}

function reportOf(door: VaultDoor, asked: object): Promise<ReportAnswer> {
  return door.ask<ReportAnswer>('keyReport', asked);
}

function answerOf<T>(args: KeysArguments, answer: T, words: (answer: T) => string): string {
  return args.options['json'] === true ? JSON.stringify(answer, null, 2) : words(answer);
}

async function custodian({ args, prompt }: Room): Promise<object> {
  const name = needed(args, 'as');
  return { custodian: { name, kind: 'secret', secret: await prompt.secret(`secret of ${name}`) } };
}

function tenantCommand(name: string): Command | undefined {
  const command = TENANT_COMMANDS[name];
  return command && ((room) => command({ door: room.door, args: room.args, who: () => custodian(room) }));
}

function operandOf({ operand, command }: KeysArguments, what: string): string {
  if (operand === undefined) throw new KeysError(`${command} of which ${what}?`);
  return operand;
}

function dataDirOf({ options }: KeysArguments): string {
  return typeof options['data'] === 'string' ? options['data'] : '.tsunagu';
}

/** What a command told. */
export interface KeysOutcome {
  readonly code: number;
  readonly text: string;
}

/** Run one command. @param typed where a person's secrets come from */
export async function runKeys(argv: readonly string[], typed: Prompt): Promise<KeysOutcome> {
  try {
    return await run(argv, typed);
  } catch (error) {
    if (!(error instanceof KeysError)) throw error;
    return { code: EXIT.trouble, text: `keys: ${error.message}` };
  } finally {
    typed.close();
  }
}

async function run(argv: readonly string[], prompt: Prompt): Promise<KeysOutcome> {
  const args = readArguments(argv);
  if (args.options['help'] === true || args.command === 'help') return { code: EXIT.done, text: HELP };
  const command = MOVES.includes(args.command)
    ? orderMove
    : (COMMANDS[args.command] ?? DEVICE_COMMANDS[args.command] ?? tenantCommand(args.command));
  if (command === undefined && args.command !== 'audit-verify') {
    throw new KeysError(`there is no command ${args.command}; "npm run keys -- --help" says everything`);
  }
  const room = { door: VaultDoor.open(dataDirOf(args)), prompt, args };
  try {
    if (command !== undefined) return { code: EXIT.done, text: await command(room) };
    const { text, isWhole } = await verifyAudit(room);
    return { code: isWhole ? EXIT.done : EXIT.changed, text };
  } finally {
    await room.door.close();
  }
}
