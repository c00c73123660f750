import { playHq, type HqLineRow } from './once/hq-scenario.js';
import { ledgerProof, publicProof, type Proof } from './once/proof.js';
import { saveEvidence } from './once/evidence.js';
import { NotToday, deviation, type Scenario } from './once/scenario.js';
import { SCENARIOS } from './once/scenarios.js';
import type { Payment } from '@tsunagu/sdk';
import { SandboxFile } from './till/sandbox-file.js';
import { Till } from './till/till.js';

const WIDE = /[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/;

interface Outcome {
  readonly scenario: Scenario;
  readonly payment?: Payment;
  readonly trouble?: string;
  /** This kind cannot be taken on this day, which is no trouble. */
  readonly skipped?: string;
}

/** `npm start -- --once`: one payment of each kind, a table of what happened, and the proof that both sets of books agree. */
async function main(): Promise<boolean> {
  const sandbox = new SandboxFile('.tsunagu');
  const till = new Till(sandbox, sandbox.terminal(1, 'AES-DUKPT'));
  await till.resume();
  const outcomes: Outcome[] = [];
  for (const scenario of SCENARIOS) outcomes.push(await play(scenario, till, sandbox.content.api));
  const hq = await playHq(sandbox);
  console.log(table([...outcomes.map(row), ...hq.map(hqRow)]));
  const evidence = await saveEvidence(sandbox, till, outcomes);
  if (evidence !== undefined) console.log(`evidence of the accepted choice of currency: ${evidence}`);
  const proofs = await prove(sandbox);
  for (const line of proofs.flatMap(({ lines }) => lines)) console.log(line);
  const isHqRight = hq.every(({ trouble }) => trouble === undefined);
  return isHqRight && outcomes.every(({ trouble }) => trouble === undefined) && proofs.every(({ agrees }) => agrees);
}

async function play(scenario: Scenario, till: Till, api: string): Promise<Outcome> {
  try {
    const payment = await scenario.run(till, api);
    return { scenario, payment, trouble: deviation(payment, scenario.expected) };
  } catch (error) {
    if (error instanceof NotToday) return { scenario, skipped: error.message };
    return { scenario, trouble: (error as Error).message };
  }
}

async function prove(sandbox: SandboxFile): Promise<Proof[]> {
  const ownerUrl = process.env['BOOKS_URL'];
  const proofs = [await publicProof(sandbox.content)];
  if (ownerUrl !== undefined) proofs.push(await ledgerProof(ownerUrl, sandbox.content.issuer_ledger));
  return proofs;
}

function table(rows: readonly string[][]): string {
  const all = [['', 'payment', 'amount', 'status', 'charged', 'note'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((cells) => widthOf(cells[column]!))));
  const padded = (cell: string, column: number) => cell + ' '.repeat(widths[column]! - widthOf(cell));
  const line = (cells: readonly string[]) => cells.map(padded).join('  ');
  return all.map((cells) => line(cells).trimEnd()).join('\n');
}

/** Columns of a terminal: kana and kanji take two. */
function widthOf(text: string): number {
  return [...text].reduce((width, sign) => width + (WIDE.test(sign) ? 2 : 1), 0);
}

function row({ scenario, payment, trouble, skipped }: Outcome): string[] {
  if (skipped !== undefined) return ['-', scenario.name, '-', '-', '-', skipped];
  const verdict = trouble === undefined ? 'ok' : 'NOT OK';
  if (payment === undefined) return [verdict, scenario.name, '-', '-', '-', trouble ?? ''];
  return [
    verdict,
    scenario.name,
    payment.money.amount_display,
    payment.status,
    payment.customer_charged,
    trouble ?? (scenario.note ?? note)(payment),
  ];
}

function hqRow({ name, amount, status, charged, trouble, note: words }: HqLineRow): string[] {
  return [trouble === undefined ? 'ok' : 'NOT OK', name, amount, status, charged, trouble ?? words];
}

function note({ approval_code: approvalCode, decline, reason }: Payment): string {
  return approvalCode ?? decline?.code ?? reason ?? '';
}

process.exitCode = (await main()) ? 0 : 1;
