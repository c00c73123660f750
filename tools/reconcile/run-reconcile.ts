import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  amount,
  caseText,
  negativeLines,
  overview,
  type Balance,
  type CaseLine,
  type ItemLine,
  type StreamLine,
  type WatchLine,
} from './print.js';
import { hqText, latestOfHq, type HqLineText } from './hq-text.js';
import { ReconcileError, SwitchDoor } from './switch-door.js';

export const HELP = `npm run reconcile -- COMMAND [options]      counter exchange with the counterparts, asked of the running switch

  list [--link NAME]                    counters of the last week, exchanges, difference cases
  run --link NAME [--date DATE] [--currency JPY]          exchange counters of a date now (1520), and look into a difference
  checkpoint --link NAME [--date DATE] [--currency JPY]   compare only (1500), close nothing
  cutover --link NAME --date DATE       open the next business date and tell the counterpart (821)
  show CASE                             the very transactions that differ
  details CASE --file FILE              bring the counterpart's transactions by hand: one JSON object a line with rrn, localTime,
                                        class, terminal, amountMinor, businessDate, reversalDate
  close CASE --as NAME (--correction ATTEMPT … | --reason TEXT)     end a case: by booked corrections, or by a reason

  saf [--link NAME] [--aside] [--after PLACE]             reversals and advices that wait; --aside: only those that stand aside
  hq [--link NAME]                      what merchants' payment servers compared with us (their 1520): both totals where they differ
  negative-list                         files of blocked cards: how many, how old, and whether a number is missing
  retry ATTEMPT [--kind advice]         send one that stands aside again, under its own names
  give-up ATTEMPT --as NAME --reason TEXT                 the first of two people; the attempt will be in doubt …
  approve ATTEMPT --as NAME             … when the second one says so

  DATE is YYYY-MM-DD; without it the latest date with counters.
  --data DIR  folder of the sandbox, default .tsunagu;  SWITCH_URL with TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE: another switch
  --json      answers as JSON
Exit code: 0 done and in balance, 1 a difference case is open (hq: the last comparison of a date differs), 2 refused or trouble.`;

interface Overview {
  readonly links: readonly Balance[];
  readonly cases: readonly CaseLine[];
  readonly watches: readonly WatchLine[];
  readonly negativeList: readonly StreamLine[];
  readonly hq: readonly HqLineText[];
}

/** What a command has at hand. */
interface Room {
  readonly door: SwitchDoor;
  readonly operand: string | undefined;
  readonly options: Readonly<Record<string, string | boolean | string[] | undefined>>;
}

/** What was done, in words and in exit codes. */
interface Done {
  readonly code: number;
  readonly text: string;
}

type Command = (room: Room) => Promise<Done>;

const COMMANDS: Readonly<Record<string, Command>> = {
  list: (room) => shown(room, { link: room.options['link'] }),
  run: (room) => exchange(room, 'final'),
  checkpoint: (room) => exchange(room, 'checkpoint'),
  async cutover(room) {
    const order = { action: 'cutover', link: needed(room, 'link'), businessDate: needed(room, 'date') };
    const { accepted } = await room.door.ask<{ accepted: boolean }>('reconciliationAct', order);
    const text = accepted
      ? `the counterpart counts ${order.businessDate} from now on`
      : 'the counterpart did not accept it';
    return { code: accepted ? 0 : 2, text };
  },
  async show(room) {
    const { case: one, items } = await room.door.ask<{ case: CaseLine; items: ItemLine[] }>('reconciliationRead', {
      caseId: operandOf(room),
    });
    return said(room, { case: one, items }, caseText(one, items), one.state === 'open');
  },
  async details(room) {
    const transactions = linesOf(needed(room, 'file'));
    const order = { action: 'details', caseId: operandOf(room), transactions };
    const { case: one, items } = await room.door.ask<{ case: CaseLine; items: ItemLine[] }>('reconciliationAct', order);
    return said(room, { case: one, items }, caseText(one, items), one.state === 'open');
  },
  'negative-list': async (room) => {
    const { negativeList } = await room.door.ask<Overview>('reconciliationRead');
    return said(room, negativeList, negativeLines(negativeList, new Date()), false);
  },
  async hq(room) {
    const { hq } = await room.door.ask<Overview>('reconciliationRead', { link: room.options['link'] });
    return said(
      room,
      hq,
      hqText(hq),
      latestOfHq(hq).some(({ different }) => different.length > 0),
    );
  },
  saf: showSaf,
  retry: (room) => moveSaf(room, 'retry'),
  'give-up': (room) => moveSaf(room, 'give-up'),
  approve: (room) => moveSaf(room, 'approve'),
  async close(room) {
    const { reason = '', correction = [] } = room.options;
    const order = { action: 'close', caseId: operandOf(room), by: needed(room, 'as'), reason, corrections: correction };
    const { case: one } = await room.door.ask<{ case: CaseLine }>('reconciliationAct', order);
    return said(room, { case: one }, caseText(one, []), one.state === 'open');
  },
};

/** The entry as the switch shows it. */
interface SafEntry {
  readonly attemptId: string;
  readonly kind: string;
  readonly state: string;
  readonly link: string;
  readonly terminal: string;
  readonly actionCode: string | null;
  readonly amountMinor: string;
  readonly currency: string;
  readonly queuedAt: string;
  readonly sends: number;
  readonly place: string;
  readonly attemptState: string;
  readonly askedBy: string | null;
}

async function showSaf(room: Room): Promise<Done> {
  const { link, aside, after } = room.options;
  const { entries } = await room.door.ask<{ entries: SafEntry[] }>('safRead', { link, after, aside: aside === true });
  const lines = entries.map(
    (one) =>
      `${one.attemptId} ${one.kind} ${one.state} on ${one.link} terminal ${one.terminal} ${amount(one.amountMinor, one.currency)} since ${one.queuedAt}, sent ${one.sends} times, answered ${one.actionCode ?? '-'}, attempt ${one.attemptState}${one.askedBy === null ? '' : `, giving up asked by ${one.askedBy}`}`,
  );
  const more = entries.length === 100 ? [`more: --after ${entries.at(-1)?.place}`] : [];
  return said(room, { entries }, lines.length === 0 ? 'nothing waits' : [...lines, ...more].join('\n'), false);
}

async function moveSaf(room: Room, action: string): Promise<Done> {
  const { kind, as: by, reason } = room.options;
  const attemptId = operandOf(room, 'which attempt? npm run reconcile -- saf shows them');
  await room.door.ask('safAct', { action, attemptId, kind, by, reason });
  return { code: 0, text: `${action}: done` };
}

/** @returns words for people, and the exit code */
export async function runReconcile(argv: readonly string[]): Promise<Done> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        link: { type: 'string' }, date: { type: 'string' }, currency: { type: 'string' }, as: { type: 'string' }, reason: { type: 'string' },
        file: { type: 'string' }, data: { type: 'string' }, correction: { type: 'string', multiple: true }, aside: { type: 'boolean' }, after: { type: 'string' }, kind: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' },
      }, // prettier-ignore
    });
    const [name = '', operand] = positionals;
    const command = COMMANDS[name];
    if (command === undefined || values.help === true) return { code: values.help === true ? 0 : 2, text: HELP };
    const door = SwitchDoor.open(values.data ?? '.tsunagu');
    try {
      return await command({ door, operand, options: values });
    } finally {
      await door.close();
    }
  } catch (error) {
    if (error instanceof ReconcileError || error instanceof TypeError) return { code: 2, text: error.message };
    throw error;
  }
}

async function exchange(room: Room, action: 'final' | 'checkpoint'): Promise<Done> {
  const link = needed(room, 'link');
  const currency = room.options['currency'] ?? 'JPY';
  const businessDate = room.options['date'] ?? (await latestDate(room.door, link));
  await room.door.ask('reconciliationAct', { action, link, businessDate, currency });
  return shown(room, { link });
}

async function latestDate(door: SwitchDoor, link: string): Promise<string> {
  const { links } = await door.ask<Overview>('reconciliationRead', { link });
  const dates = links
    .flatMap(({ counters }) => counters.map((one) => one.business_date))
    .sort((a, b) => b.localeCompare(a));
  if (dates[0] === undefined) throw new ReconcileError(`nothing was counted on link ${link} yet: say --date`);
  return dates[0];
}

async function shown(room: Room, question: object): Promise<Done> {
  const answer = await room.door.ask<Overview>('reconciliationRead', question);
  const isOpen = answer.cases.some((one) => one.state === 'open');
  return said(room, answer, overview(answer.links, answer.cases, answer.watches), isOpen);
}

function said({ options }: Room, answer: object, text: string, isOpen: boolean): Done {
  return { code: isOpen ? 1 : 0, text: options['json'] === true ? JSON.stringify(answer) : text };
}

function needed({ options }: Room, name: string): string {
  const value = options[name];
  if (typeof value !== 'string') throw new ReconcileError(`--${name} is missing; see npm run reconcile -- --help`);
  return value;
}

function operandOf({ operand }: Room, question = 'which case? npm run reconcile -- list shows them'): string {
  if (operand === undefined) throw new ReconcileError(question);
  return operand;
}

function linesOf(file: string): object[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as object);
}
