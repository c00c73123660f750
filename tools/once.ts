import { playHq, type HqLineRow } from './once/hq-scenario.js';
import { ledgerProof, publicProof, type Proof } from './once/proof.js';
import { SCENARIOS, deviation, type Scenario } from './once/scenarios.js';
import type { Payment } from '@tsunagu/sdk';
import { SandboxFile } from './till/sandbox-file.js';
import { Till } from './till/till.js';

interface Outcome {
  readonly scenario: Scenario;
  readonly payment?: Payment;
  readonly trouble?: string;
}

/** `npm start -- --once`: one payment of each kind, a table of what happened, and the proof that both sets of books agree. */
async function main(): Promise<boolean> {
  const sandbox = new SandboxFile('.tsunagu');
  const till = new Till(sandbox, sandbox.terminal(1, 'AES-DUKPT'));
  await till.resume();
  const outcomes: Outcome[] = [];
  for (const scenario of SCENARIOS) outcomes.push(await play(scenario, till));
  const hq = await playHq(sandbox);
  console.log(table([...outcomes.map(row), ...hq.map(hqRow)]));
  const proofs = await prove(sandbox);
  for (const line of proofs.flatMap(({ lines }) => lines)) console.log(line);
  const isHqRight = hq.every(({ trouble }) => trouble === undefined);
  return isHqRight && outcomes.every(({ trouble }) => trouble === undefined) && proofs.every(({ agrees }) => agrees);
}

async function play(scenario: Scenario, till: Till): Promise<Outcome> {
  try {
    const payment = await scenario.run(till);
    return { scenario, payment, trouble: deviation(payment, scenario.expected) };
  } catch (error) {
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
  const widths = all[0]!.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return all.map((cells) => line(cells).trimEnd()).join('\n');
}

function row({ scenario, payment, trouble }: Outcome): string[] {
  const verdict = trouble === undefined ? 'ok' : 'NOT OK';
  if (payment === undefined) return [verdict, scenario.name, '-', '-', '-', trouble ?? ''];
  return [
    verdict,
    scenario.name,
    payment.money.amount_display,
    payment.status,
    payment.customer_charged,
    trouble ?? note(payment),
  ];
}

function hqRow({ name, amount, status, charged, trouble, note: words }: HqLineRow): string[] {
  return [trouble === undefined ? 'ok' : 'NOT OK', name, amount, status, charged, trouble ?? words];
}

function note({ approval_code: approvalCode, decline, reason }: Payment): string {
  return approvalCode ?? decline?.code ?? reason ?? '';
}

process.exitCode = (await main()) ? 0 : 1;
