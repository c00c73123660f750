import { parseArgs } from 'node:util';
import { actionWords } from '@tsunagu/iso8583/explain';
import { HqSilence, type HqSale } from '@tsunagu/simulator';
import { HqOffice } from './hq/hq-office.js';
import { ENTRY_MODES } from './till/card-reader.js';
import { SandboxFile, TillError } from './till/sandbox-file.js';

const HELP = `A merchant's own payment server, on its ISO 8583 line to the gateway.

  npm run hq -- sale AMOUNT [--card jcb] [--entry chip] [--scheme AES-DUKPT|TDES-DUKPT] [--pin 1234]
  npm run hq -- auth AMOUNT …      authorize (1100), then capture by advice (1220)
  npm run hq -- cancel AMOUNT …    sell, then take it back (1420)
  npm run hq -- refund AMOUNT …    sell, then give it back (1200 of type 20)
  npm run hq -- echo               1804, function 831
  npm run hq -- block CARD         1304: this merchant takes the card no more, at any of its doors; unblock CARD ends that
  npm run hq -- blocked CARD       whether it is on this merchant's list
  npm run hq -- reconcile          1520 of every date with totals: 500 in balance, 501 with the gateway's totals

CARD, and --card: jcb, visa, mastercard … (a wrong name shows them all). --entry: contactless, chip or stripe.
The simulated card company answers by the last three digits of the amount: 116 insufficient funds, 200 pick up, 902 no answer at all.
The line is that of the sandbox's first merchant; leave "npm start" running.

Options: --data DIR (.tsunagu). Exit code 0 approved or in balance, 2 declined, 1 trouble or out of balance.`;

const OPTIONS = {
  card: { type: 'string', default: 'jcb' },
  entry: { type: 'string', default: 'chip' },
  scheme: { type: 'string', default: 'AES-DUKPT' },
  pin: { type: 'string' },
  data: { type: 'string', default: '.tsunagu' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof readValues>['values'];

function readValues() {
  return parseArgs({ options: OPTIONS, allowPositionals: true });
}

function amountOf(text: string | undefined): number {
  if (text === undefined || !/^[1-9][0-9]{0,11}$/.test(text))
    throw new TillError('say how much, in whole yen: "npm run hq -- sale 1500"');
  return Number(text);
}

async function charge(office: HqOffice, mti: '1100' | '1200', amountMinor: number, values: Values): Promise<HqSale> {
  const entry = ENTRY_MODES.find((one) => one === values.entry);
  if (entry === undefined) throw new TillError(`--entry is one of ${ENTRY_MODES.join(', ')}`);
  const { card, scheme, pin } = values;
  const read = office.read({ card, entry, amountMinor, scheme, pin });
  const sale = await office.server.charge({ mti, lane: office.lane(scheme), amountMinor, card: read });
  return told(mti === '1100' ? 'authorization' : 'sale', sale);
}

function told(what: string, sale: HqSale): HqSale {
  const { actionCode, approvalCode, amountMinor, names } = sale;
  const words = [
    `¥${amountMinor}`,
    `action ${coded(actionCode)}`,
    `approval ${approvalCode ?? '-'}`,
    `STAN ${names.stan}`,
  ];
  console.log(`${what.padEnd(14)} ${words.join(' · ')}`);
  return sale;
}

async function run(office: HqOffice, command: string, amount: string | undefined, values: Values): Promise<boolean> {
  const { server } = office;
  switch (command) {
    case 'sale':
      return isYes(await charge(office, '1200', amountOf(amount), values));
    case 'auth': {
      const auth = await charge(office, '1100', amountOf(amount), values);
      return isYes(auth) && isYes(told('capture', await server.capture(auth)));
    }
    case 'cancel': {
      const sale = await charge(office, '1200', amountOf(amount), values);
      if (!isYes(sale)) return false; // nothing was sold: a reversal of it would stand in this server's totals alone
      const { actionCode } = await server.reverse(sale, '4000');
      console.log(`reversal       action ${coded(actionCode)}`);
      return actionCode === '400';
    }
    case 'refund': {
      const sale = await charge(office, '1200', amountOf(amount), values);
      return isYes(sale) && isYes(told('refund', await server.refund(sale)));
    }
    case 'block':
    case 'unblock':
    case 'blocked':
      return list(office, command, amount);
    case 'echo':
      console.log(`echo           action ${coded(await server.network('831'))}`);
      return true;
    default:
      throw new TillError(`there is no command ${command}; "npm run hq -- --help" says everything`);
  }
}

const LIST = {
  block: { order: 'block', words: { '300': 'blocked from now on', '303': 'was blocked already' } },
  unblock: { order: 'unblock', words: { '300': 'taken again from now on', '302': 'was not blocked' } },
  blocked: { order: 'ask', words: { '300': 'is blocked', '302': 'is not blocked' } },
} as const;

/** @returns whether the list is, or says, what was asked */
async function list(office: HqOffice, command: keyof typeof LIST, card: string | undefined): Promise<boolean> {
  if (card === undefined) throw new TillError(`say which card: "npm run hq -- ${command} visa"`);
  const { order, words } = LIST[command];
  const actionCode = await office.list(order, card);
  const said = Object.entries(words).find(([code]) => code === actionCode)?.[1] ?? 'refused';
  console.log(`${card.padEnd(14)} ${said} · action ${coded(actionCode)}`);
  return said !== 'refused';
}

/** @returns whether every date is in balance */
async function reconcile(office: HqOffice): Promise<boolean> {
  const results: string[] = [];
  for (const date of office.dates) {
    const answer = await office.server.reconcile(date);
    const actionCode = answer.text(39) ?? '';
    results.push(actionCode);
    const net = answer.text(97);
    const theirs = net === undefined ? '' : ` · the gateway's net ${net}`;
    console.log(`reconciliation 20${date} · action ${actionCode}${actionCode === '500' ? ' · in balance' : theirs}`);
  }
  if (results.some((actionCode) => actionCode !== '500'))
    console.log('what differs, field by field: "npm run reconcile -- hq"');
  if (results.length === 0) console.log('nothing to reconcile yet: "npm run hq -- sale 1500" first');
  return results.every((actionCode) => actionCode === '500');
}

const coded = (actionCode: string): string => `${actionCode} (${actionWords(actionCode)})`;

const isYes = ({ actionCode }: HqSale): boolean => actionCode.startsWith('0');

async function main(): Promise<number> {
  const { values, positionals } = readValues();
  const [command, amount] = positionals;
  if (values.help || command === undefined) {
    console.log(HELP);
    return 0;
  }
  const office = new HqOffice(new SandboxFile(values.data));
  try {
    if (command === 'reconcile') return (await reconcile(office)) ? 0 : 1;
    return (await run(office, command, amount, values)) ? 0 : 2;
  } finally {
    office.server.hangUp();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  const isTold = error instanceof TillError || error instanceof HqSilence;
  if (!isTold && !(error instanceof TypeError && 'code' in error)) throw error;
  console.error(`hq: ${(error as Error).message}`);
  return 1;
});
