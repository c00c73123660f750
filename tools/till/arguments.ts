import { parseArgs } from 'node:util';
import { TEST_CARDS } from '@tsunagu/simulator';
import { ENTRY_MODES, type EntryMode } from './card-reader.js';
import type { ReceiptQuestion } from '@tsunagu/sdk';
import { readPlan, type PlanChoice } from './plan-text.js';
import { TillError } from './sandbox-file.js';

export const HELP = `npm run till -- COMMAND [options]     a simulated terminal of the running sandbox

  sale AMOUNT                take a payment and capture it at once (yen)
  auth AMOUNT                authorize only; capture or cancel it later
  capture PAYMENT [AMOUNT]   capture an authorization (all that is left when AMOUNT is left out); --final: no further capture follows
  increase PAYMENT AMOUNT    raise an authorization by AMOUNT
  release PAYMENT            let go of what an authorization holds beyond its captures
  cancel PAYMENT             cancel before capture
  plans AMOUNT               which payment plans the card may choose for this amount, with days and amounts
  refund PAYMENT [AMOUNT]    give back (all that is left when AMOUNT is left out); --as torikeshi or henpin
  unionpay sale|auth AMOUNT  the same with a UnionPay card at the chip reader (give its PIN with --pin)
  dcc sale|auth AMOUNT       offer the cardholder's own currency (a foreign --card); prints the offer
  dcc offer                  shows the offer again: an offer ends after a while, and another takes its place
  dcc local|foreign OFFER    what the customer chose
  continue [PAYMENT]         go on with a payment that waits: --pin DIGITS for a PIN, without it the card is read again (--entry chip)
  receipt PAYMENT            a copy of the receipt: --copy customer, merchant or issuer, --lang ja, en, zh-Hans, zh-Hant or ko, --width 58 or 80
  status PAYMENT             where a payment stands; a client reference works, too
  list                       the last ten payments of this terminal
  resume                     finish the request that a crash of the till left open
  give-up                    end the unfinished payment safely: not charged when that is proved
  open                       everything of this terminal that is not final yet
  read-card AMOUNT           read a card and print "terminal_id" and "card_present" as JSON, for a request of your own (curl)
  cards                      the test cards

  --card NAME      one of: ${Object.keys(TEST_CARDS).join(', ')} (default jcb)
  --entry MODE     ${ENTRY_MODES.join(', ')} (default contactless)
  --scheme S       key scheme of the terminal: aes or tdes (default aes)
  --tenant N       merchant 1, 2 or 3 of the sandbox (default 1)
  --plan PLAN      payment plan as "plans" names it: installments:3, revolving, bonus@8, bonus_combined:12@6.12 (default one time)
  --pin DIGITS     type a PIN (4 to 12 digits) at the reader: for cards that ask for one (--card unionpay --entry chip)
  --slip NO        slip number, five digits
  --reference REF  client reference of the purchase (default: a new one)
  --wait SECONDS   how long to keep asking a centre that does not answer (default 120)
  --data DIR       data folder of "npm start" (default .tsunagu)
  --json           print the payment as JSON instead of a receipt
  --help           this text

The last three digits of an amount tell the simulated issuer what to do: 1500 is approved, 1116 lacks funds, 1902 loses
the answer (declined after a reversal), 1903 answers too late. All of them: GET /docs of the API.
No answer is not a no: the till keeps the request and its key (@tsunagu/sdk). "resume" asks again with the same key, after a crash or a
lost line, as often as needed, and never charges twice; until then it takes no other payment.
Exit code: 0 done, 2 declined, 3 not known yet, 1 anything else.`;

export interface TillArguments {
  readonly command: string;
  readonly operands: readonly string[];
  readonly card: string;
  readonly entry: EntryMode;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly tenant: number;
  readonly plan?: PlanChoice;
  readonly pin?: string;
  readonly slip?: string;
  readonly reference?: string;
  readonly final: boolean;
  readonly as?: 'torikeshi' | 'henpin';
  readonly receipt: ReceiptQuestion;
  readonly waitMs: number;
  readonly data: string;
  readonly json: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  card: { type: 'string', default: 'jcb' },
  entry: { type: 'string', default: 'contactless' },
  scheme: { type: 'string', default: 'aes' },
  tenant: { type: 'string', default: '1' },
  plan: { type: 'string' },
  pin: { type: 'string' },
  slip: { type: 'string' },
  reference: { type: 'string' },
  final: { type: 'boolean', default: false },
  as: { type: 'string' },
  copy: { type: 'string' },
  lang: { type: 'string' },
  width: { type: 'string' },
  wait: { type: 'string', default: '120' },
  data: { type: 'string', default: '.tsunagu' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws TillError an option is unknown or has a wrong value */
export function readArguments(args: readonly string[]): TillArguments {
  const { values, positionals } = parse(args);
  if (values.pin !== undefined && !/^\d{4,12}$/.test(values.pin)) throw new TillError('--pin takes 4 to 12 digits');
  const entry = ENTRY_MODES.find((mode) => mode === values.entry);
  if (entry === undefined) throw new TillError(`--entry takes ${ENTRY_MODES.join(', ')}`);
  if (!(values.card in TEST_CARDS)) throw new TillError(`--card takes ${Object.keys(TEST_CARDS).join(', ')}`);
  const scheme = oneOf(values.scheme, ['aes', 'tdes'], '--scheme');
  const [command = 'help', ...operands] = positionals;
  return {
    ...values,
    command,
    operands,
    entry,
    as: oneOf(values.as, ['torikeshi', 'henpin'], '--as'),
    receipt: {
      copy: oneOf(values.copy, ['customer', 'merchant', 'issuer'], '--copy'),
      lang: oneOf(values.lang, ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko'], '--lang'),
      width: oneOf(values.width, ['58', '80'], '--width'),
    },
    scheme: scheme === 'aes' ? 'AES-DUKPT' : 'TDES-DUKPT',
    tenant: wholeNumber(values.tenant, '--tenant'),
    waitMs: wholeNumber(values.wait, '--wait') * 1_000,
    plan: values.plan === undefined ? undefined : readPlan(values.plan),
  };
}

/** @throws TillError it is none of them */
function oneOf<T extends string>(text: string | undefined, choices: readonly T[], name: string): T | undefined {
  const choice = choices.find((one) => one === text);
  if (text !== undefined && choice === undefined) throw new TillError(`${name} takes ${choices.join(', ')}`);
  return choice;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new TillError(`${(error as Error).message.split('\n')[0]}; "npm run till -- --help" says everything`);
  }
}

/** @throws TillError not a whole number above zero */
export function wholeNumber(text: string | undefined, name: string): number {
  const number = Number(text);
  if (text === undefined || !Number.isSafeInteger(number) || number < 1)
    throw new TillError(`${name} must be a whole number above zero`);
  return number;
}
