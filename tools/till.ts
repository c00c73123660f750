import { TEST_CARDS } from '@tsunagu/simulator';
import { ReaderError, type Presentation } from './till/card-reader.js';
import { HELP, readArguments, wholeNumber, type TillArguments } from './till/arguments.js';
import { ApiProblem, type Payment } from './till/payment-api.js';
import { offerLine } from './till/plan-text.js';
import { receipt } from './till/receipt.js';
import { SandboxFile, TillError } from './till/sandbox-file.js';
import { Till } from './till/till.js';

const EXIT = { done: 0, trouble: 1, declined: 2, unknown: 3 } as const;

type Command = (till: Till, args: TillArguments) => Promise<Payment | undefined>;

const COMMANDS: Readonly<Record<string, Command>> = {
  sale: (till, args) => pay(till, args, 'sale'),
  auth: (till, args) => pay(till, args, 'auth'),
  capture: (till, args) => till.move(paymentId(args), 'captures', amountOf(args.operands[1])),
  refund: (till, args) => till.move(paymentId(args), 'refunds', amountOf(args.operands[1])),
  cancel: (till, args) => till.move(paymentId(args), 'cancel'),
  status: async (till, args) => status(till, args.operands[0] ?? ''),
  plans,
  list,
  resume,
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

async function pay(till: Till, args: TillArguments, kind: 'sale' | 'auth'): Promise<Payment> {
  return till.pay({
    ...presentation(args),
    kind,
    plan: args.plan,
    slipNo: args.slip,
    clientReference: args.reference,
  });
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
  if (id.startsWith('pay_')) return till.api.payment(id);
  if (id === '') throw new TillError('status of which payment?');
  const { body } = await till.api.get(`/v1/attempts/${encodeURIComponent(id)}`);
  if (body['payment'] === null || body['payment'] === undefined) console.log(`${id}: ${String(body['status'])}`);
  return (body['payment'] ?? undefined) as Payment | undefined;
}

async function list(till: Till): Promise<undefined> {
  const { body } = await till.api.get('/v1/payments?limit=10');
  for (const payment of body['data'] as Payment[]) {
    const card = payment.card === null ? '' : `${payment.card.brand} ****${payment.card.last4}`;
    console.log(`${payment.id}  ${payment.status.padEnd(18)} ${payment.money.amount_display.padStart(12)}  ${card}`);
  }
  return undefined;
}

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
  const payment = await command(till, args).catch((error: unknown) => {
    if (till.pending !== null && isTold(error)) throw new TillError(`${error.message}\n${nextStep(till)}`);
    throw error;
  });
  if (payment === undefined) return EXIT.done;
  show(args.json ? JSON.stringify(payment, null, 2) : receipt(payment));
  return exitCode(payment);
}

/** What the clerk does when the till does not know how it ended. */
function nextStep({ pending, terminal }: Till): string {
  const reference = pending?.body['client_reference'];
  return [
    `till: it is not known whether this went through${typeof reference === 'string' ? ` (reference ${reference})` : ''}: do not take the payment again`,
    `till: next step: run "npm run till -- resume" on this terminal (${terminal.id.slice(-8)}); it asks with the same key and never charges twice`,
  ].join('\n');
}

const isTold = (error: unknown): error is Error =>
  error instanceof TillError || error instanceof ApiProblem || error instanceof ReaderError;

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
  console.error(`till: ${error.message}`);
  return EXIT.trouble;
});
