import { verifyBooks } from '@tsunagu/payments';
import { compareBooks } from '../chaos/books-comparison.js';
import { readIssuerLedgers } from '../chaos/issuer-ledger.js';
import { PersistentClient } from '../chaos/persistent-client.js';
import { readAllPayments } from '../chaos/public-books.js';
import type { Sandbox } from '../till/sandbox-file.js';

const PATIENCE_MS = 60_000;

export interface Proof {
  readonly agrees: boolean;
  readonly lines: readonly string[];
}

/** The issuers' books against what every merchant sees through the public API: no private door is used. */
export async function publicProof(sandbox: Sandbox): Promise<Proof> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  const payments = [];
  for (const tenant of sandbox.tenants) {
    payments.push(...(await readAllPayments(new PersistentClient(sandbox.api, tenant.api_key, deadline))));
  }
  const { places, ...counts } = compareBooks(payments, await readIssuerLedgers(sandbox.issuer_ledger));
  const agrees = Object.values(counts).every((count) => count === 0);
  const verdict = `public API = issuers' books: ${agrees ? 'yes' : 'NO'} · ${payments.length} payments · ${JSON.stringify(counts)}`;
  return { agrees, lines: [verdict, ...places] };
}

/** Our double entries: debits = credits, counters = postings, and every movement against the issuer's entry. */
export async function ledgerProof(ownerUrl: string, ledgerUrl: string): Promise<Proof> {
  const report = await verifyBooks({ ownerUrl, ledgerUrl });
  const lines = [
    `debits = credits, counters = postings: ${report.imbalances.length + report.counters.length === 0 ? 'yes' : 'NO'} · ${report.postings} postings`,
    `our books = issuers' books: ${report.agrees ? 'yes' : 'NO'} · difference ¥${report.issuers?.differenceMinor['JPY'] ?? '0'}`,
  ];
  return { agrees: report.agrees, lines };
}
