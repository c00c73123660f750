import { NoAnswerError, TsunaguProblem, type Intent, type Payment } from '@tsunagu/sdk';
import { TEST_CARDS } from '@tsunagu/simulator';
import { ReaderError, type Presentation } from './till/card-reader.js';
import { HELP, readArguments, wholeNumber, type TillArguments } from './till/arguments.js';
import { offerLine } from './till/plan-text.js';
import { receipt } from './till/receipt.js';
import { SandboxFile, TillError } from './till/sandbox-file.js';
import { Till, type Purchase } from './till/till.js';

const EXIT = { done: 0, trouble: 1, declined: 2, unknown: 3 } as const;

type Command = (till: Till, args: TillArguments) => Promise<Payment | undefined>;

const COMMANDS: Readonly<Record<string, Command>> = {
  sale: (till, args) => pay(till, args, { kind: 'sale' }),
  auth: (till, args) => pay(till, args, { kind: 'auth' }),
  capture: (till, args) => till.move(paymentId(args), 'captures', amountOf(args.operands[1]), { final: finalOf(args) }),
  increase: (till, args) => till.move(paymentId(args), 'increases', wholeNumber(args.operands[1], 'AMOUNT')),
  release: (till, args) => till.move(paymentId(args), 'release'),
  refund: (till, args) => till.move(paymentId(args), 'refunds', amountOf(args.operands[1]), { kind: args.as }),
  cancel: (till, args) => till.move(paymentId(args), 'cancel'),
  status: async (till, args) => status(till, args.operands[0] ?? ''),
  unionpay,
  dcc,
  continue: goOn,
  receipt: printReceipt,
  plans,
  list: async (till) => list(await till.client.recentPayments()),
  open: async (till) => list(await till.client.openPayments()),
  resume,
  'give-up': giveUp,
  'read-card': readCard,
};

function presentation(args: TillArguments): Presentation {
  const card = TEST_CARDS[args.card];
  if (card === undefined) throw new TillError(`there is no card ${args.card}`);
  return { card, entry: args.entry, amountMinor: wholeNumber(args.operands[0], 'AMOUNT'), pin: args.pin };
}

function readCard(till: Till, args: TillArguments): Promise<undefined> {
  console.log(JSON.stringify({ terminal_id: till.terminal.id, card_present: till.readCard(presentation(args)) }));
  return Promise.resolve(undefined);
}

type Manner = Pick<Purchase, 'kind' | 'method'>;

async function pay(till: Till, args: TillArguments, manner: Manner): Promise<Payment> {
  return till.pay({
    ...presentation(args),
    ...manner,
    plan: args.plan,
    slipNo: args.slip,
    clientReference: args.reference,
  });
}

/** `unionpay sale 1500`: as `sale`, with a UnionPay card at the chip reader. */
async function unionpay(till: Till, args: TillArguments): Promise<Payment> {
  const [kind, ...operands] = args.operands;
  return pay(till, { ...args, card: 'unionpay', entry: 'chip', operands }, { kind: kindOf(kind), method: 'unionpay' });
}

/** `dcc sale 12000` asks for an offer, `dcc offer` shows it again, `dcc foreign OFFER` and `dcc local OFFER` say what the customer chose. */
async function dcc(till: Till, args: TillArguments): Promise<Payment | undefined> {
  const [first, second, ...rest] = args.operands;
  if (first === 'local' || first === 'foreign') {
    if (second === undefined) throw new TillError('which OFFER? dcc_…, as it was shown to the customer');
    return till.chooseCurrency(await waitingPayment(till, rest[0]), second, first);
  }
  if (first === 'offer') return showOffer(till, await till.client.payment(await waitingPayment(till, second)));
  const operands = args.operands.slice(1);
  const payment = await pay(till, { ...args, operands }, { kind: kindOf(first), method: 'dcc' });
  return payment.required_action?.type === 'choose_currency' ? showOffer(till, payment) : payment;
}

/** Both choices in the same words and the same size; neither comes by itself. Without a rate the payment goes on, and nothing is said of it. */
async function showOffer(till: Till, payment: Payment): Promise<Payment | undefined> {
  const offer = await till.client.dccOffer(payment.id);
  if (offer.id === null) return till.resume();
  const { id, local, foreign, disclosure, rate_display: rate, expires_at: end } = offer;
  const lines = [
    disclosure.ja,
    disclosure.en,
    `  npm run till -- dcc local ${id}     ${local.amount_display}`,
    `  npm run till -- dcc foreign ${id}   ${foreign.amount_display}`,
    `  ${rate} (until ${end})`,
  ];
  console.log(lines.join('\n'));
  return payment;
}

function kindOf(text: string | undefined): 'sale' | 'auth' {
  if (text === 'sale' || text === 'auth') return text;
  throw new TillError('say sale or auth, then the AMOUNT');
}

/** A PIN for the card that the centre holds, or the card read again. */
async function goOn(till: Till, args: TillArguments): Promise<Payment> {
  const id = await waitingPayment(till, args.operands[0]);
  const payment = await till.client.payment(id);
  const how = presentation({ ...args, operands: [String(payment.money.amount)] });
  return args.pin === undefined ? till.continueWithCard(id, how) : till.continueWithPin(id, how.card, args.pin);
}

/** The payment that is named, or the one that this till left waiting. */
async function waitingPayment(till: Till, named: string | undefined): Promise<string> {
  const id = named ?? (await till.pending())?.paymentId;
  if (id === undefined || id === null || !id.startsWith('pay_')) throw new TillError('which PAYMENT? pay_…');
  return id;
}

async function printReceipt(till: Till, args: TillArguments): Promise<undefined> {
  console.log((await till.client.receipt(paymentId(args), args.receipt)).text);
  return undefined;
}

async function giveUp(till: Till): Promise<Payment | undefined> {
  const payment = await till.giveUp();
  if (payment === undefined) console.log('nothing is unfinished at this terminal');
  return payment;
}

async function plans(till: Till, args: TillArguments): Promise<undefined> {
  for (const plan of await till.plans(presentation(args))) console.log(offerLine(plan));
  return undefined;
}

async function resume(till: Till): Promise<Payment | undefined> {
  const payment = await till.resume();
  if (payment === undefined) console.log('nothing is unfinished at this terminal');
  return payment;
}

const amountOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber(text, 'AMOUNT');

function paymentId({ operands }: TillArguments): string {
  const [id] = operands;
  if (id === undefined || !id.startsWith('pay_')) throw new TillError('PAYMENT is the id on the receipt: pay_…');
  return id;
}

async function status(till: Till, id: string): Promise<Payment | undefined> {
  if (id.startsWith('pay_')) return till.client.payment(id);
  if (id === '') throw new TillError('status of which payment?');
  const answer = await till.client.attempt(id);
  if (answer.payment === null) console.log(`${id}: ${answer.status}`);
  return answer.payment ?? undefined;
}

function list(payments: readonly Payment[]): undefined {
  for (const payment of payments) {
    const card = payment.card === null ? '' : `${payment.card.brand} ****${payment.card.last4}`;
    console.log(`${payment.id}  ${payment.status.padEnd(18)} ${payment.money.amount_display.padStart(12)}  ${card}`);
  }
}

const finalOf = ({ final }: TillArguments): boolean | undefined => (final ? true : undefined);

function exitCode(payment: Payment): number {
  if (payment.customer_charged === 'unknown' || !payment.final) return EXIT.unknown;
  return payment.status === 'declined' ? EXIT.declined : EXIT.done;
}

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help || args.command === 'help') return show(HELP);
  if (args.command === 'cards')
    return show(
      Object.values(TEST_CARDS)
        .map(({ name, brand, funding }) => `${name.padEnd(20)} ${brand} ${funding}`)
        .join('\n'),
    );
  const command = COMMANDS[args.command];
  if (command === undefined)
    throw new TillError(`there is no command ${args.command}; "npm run till -- --help" says everything`);
  const sandbox = new SandboxFile(args.data);
  const say = (line: string) => console.error(`till: ${line}`);
  const till = new Till(sandbox, sandbox.terminal(args.tenant, args.scheme), { patienceMs: args.waitMs, say });
  const payment = await command(till, args).catch(async (error: unknown) => {
    const pending = await till.pending();
    if (pending === undefined || !isTold(error)) throw error;
    throw new TillError(`${error.message}\n${nextStep(pending, till.terminal.id)}`);
  });
  if (payment === undefined) return EXIT.done;
  show(args.json ? JSON.stringify(payment, null, 2) : receipt(payment));
  return exitCode(payment);
}

/** What the clerk does when the till does not know how it ended. */
function nextStep({ clientReference, paymentId }: Intent, terminalId: string): string {
  const waits =
    'till: when it waits for its customer: "continue", "dcc offer" or "cancel"; "give-up" ends it uncharged';
  return [
    `till: it is not known whether this went through${clientReference === null ? '' : ` (reference ${clientReference})`}: do not take the payment again`,
    `till: next step: run "npm run till -- resume" on this terminal (${terminalId.slice(-8)}); it asks with the same key and never charges twice`,
    ...(paymentId === null ? [] : [waits]),
  ].join('\n');
}

const isTold = (error: unknown): error is Error =>
  error instanceof TillError ||
  error instanceof TsunaguProblem ||
  error instanceof NoAnswerError ||
  error instanceof ReaderError;

function show(text: string): number {
  console.log(text);
  return EXIT.done;
}

process.exitCode = await main().catch((error: unknown) => {
  if ((error as { code?: string }).code === 'ENOSPC') {
    console.error(
      'till: the disk is full and the till cannot make a note, so it sends nothing: free some space and try again',
    );
    return EXIT.trouble;
  }
  if (!isTold(error)) throw error;
  console.error(`till: ${error.message}${legalPlans(error)}`);
  return EXIT.trouble;
});

/** With a plan that is not allowed: which ones are. */
function legalPlans(error: Error): string {
  const plans = error instanceof TsunaguProblem ? error.body.legal_plans : undefined;
  return plans === undefined ? '' : ` (legal here: ${plans.join(', ')})`;
}
