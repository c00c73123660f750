import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import type { LinkView } from '@tsunagu/contracts';
import { ReconcileError, SwitchDoor } from '../reconcile/switch-door.js';
import { linkText, listText } from './print.js';

export const HELP = `npm run links -- COMMAND [options]      lines to the counterparts, asked of the running switch

  list                          every link: state, host in use, circuit, what is in flight, what is owed
  show NAME                     one link with its connections
  drain NAME                    take no new work, wait for answers, sign off (802); stay connected
  resume NAME                   sign on again (801); also after the counterpart sent 803 or 806
  switch-over NAME HOST         move to another host of the links file: primary, standby … A disaster centre needs two people, each with
                                a name of their own (--as), within ten minutes
  cutover NAME DATE             tell the counterpart the next business date (821); DATE is YYYY-MM-DD
  ask-for-keys NAME             ask the counterpart for new keys (811)

  --as NAME   who orders it, for the trail (default: the login name)
  --data DIR  folder of the sandbox, default .tsunagu;  SWITCH_URL with TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE: another switch
  --json      answers as JSON
Exit code: 0 done, 1 another person must say the same, or the counterpart did not accept it, 2 refused or trouble.`;

interface Answer {
  readonly done: boolean;
  readonly waiting: boolean;
  readonly state: string;
  readonly endpoint: string;
}

/** What was done, in words and in exit codes. */
interface Done {
  readonly code: number;
  readonly text: string;
}

/** Orders by name of the command, and what stands after the name of the link. */
const ORDERS: Readonly<Record<string, (operand: string | undefined) => object>> = {
  drain: () => ({}),
  resume: () => ({}),
  'ask-for-keys': () => ({}),
  'switch-over': (endpoint) => ({ endpoint: needed(endpoint, 'the name of a host') }),
  cutover: (date) => ({ date: wireDate(needed(date, 'a date')) }),
};

/** @returns words for people, and the exit code */
export async function runLinks(argv: readonly string[]): Promise<Done> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [command = '', link, operand] = positionals;
    const isKnown = command === 'list' || command === 'show' || command in ORDERS;
    if (values.help || !isKnown) return { code: values.help ? 0 : 2, text: HELP };
    const door = SwitchDoor.open(values.data ?? '.tsunagu');
    try {
      const order = ORDERS[command];
      if (order === undefined) return await look(door, link, values.json);
      const body = { action: command, link: needed(link, 'the name of a link'), ...order(operand) };
      const by = values.as ?? userInfo().username;
      return said(await door.ask<Answer>('linkAct', { ...body, by }), body.link, values.json);
    } finally {
      await door.close();
    }
  } catch (error) {
    return plainly(error);
  }
}

/** What the person at the keyboard can mend, in words; anything else is a bug of ours. */
function plainly(error: unknown): Done {
  const { code } = error as { code?: unknown };
  const isSlip = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
  if (!isSlip && !(error instanceof ReconcileError)) throw error;
  return { code: 2, text: (error as Error).message };
}

async function look(door: SwitchDoor, name: string | undefined, isJson: boolean): Promise<Done> {
  const { links } = await door.ask<{ links: readonly LinkView[] }>('linkRead');
  if (name === undefined) return { code: 0, text: isJson ? JSON.stringify(links) : listText(links) };
  const found = links.find(({ link }) => link === name);
  if (found === undefined) throw new ReconcileError('there is no link of that name: look with "list"');
  return { code: 0, text: isJson ? JSON.stringify(found) : linkText(found) };
}

function said(answer: Answer, link: string, isJson: boolean): Done {
  const code = answer.done ? 0 : 1;
  if (isJson) return { code, text: JSON.stringify(answer) };
  if (answer.waiting) return { code, text: `another person must order the same for ${link} within ten minutes (--as)` };
  const where = `${link} is ${answer.state} at ${answer.endpoint}`;
  return { code, text: answer.done ? where : `not accepted by the counterpart, or not possible now; ${where}` };
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new ReconcileError(`${what} is missing: see --help`);
  return value;
}

/** @param date YYYY-MM-DD @returns YYMMDD */
function wireDate(date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new ReconcileError('a date is YYYY-MM-DD');
  return date.replaceAll('-', '').slice(2);
}
