import type { IssuerEntry } from './books-comparison.js';

const KINDS: Readonly<Record<string, IssuerEntry['kind']>> = {
  auth: 'charge',
  sale: 'charge',
  refund: 'refund',
  capture: 'capture',
  increase: 'increase',
};

/**
 * The issuers' own books, as the simulator shows them (`issuer_ledger` of the sandbox).
 * Declines are left out: they hold no money; nor does a cancel, which takes its original back. An entry of a kind we do not know is an error, not a zero.
 */
export async function readIssuerLedgers(url: string): Promise<IssuerEntry[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`the issuers' ledger answered ${response.status}`);
  return parseIssuerLedgers(await response.json());
}

/** @throws Error the document is not a ledger */
export function parseIssuerLedgers(document: unknown): IssuerEntry[] {
  const list = (document as { authorizations?: unknown }).authorizations;
  if (!Array.isArray(list)) throw new Error('the ledger has no list of authorizations');
  return list
    .map((entry) => entry as Record<string, unknown>)
    .filter((entry) => entry['state'] !== 'declined' && entry['kind'] !== 'cancel')
    .map(toEntry);
}

function toEntry(entry: Record<string, unknown>): IssuerEntry {
  const kind = KINDS[String(entry['kind'])];
  const amountMinor = Number(entry['amountMinor'] ?? entry['amount_minor']);
  if (kind === undefined || !Number.isSafeInteger(amountMinor))
    throw new Error('the ledger holds an entry of unknown form');
  return {
    link: String(entry['link']),
    rrn: String(entry['rrn']),
    localTime: String(entry['localTime'] ?? entry['local_time']),
    kind,
    amountMinor,
    foreignMinor: foreignOf(entry['cardholder']),
    isReversed: entry['state'] === 'reversed',
  };
}

/** What the holder is billed in the currency of the card; null: the message did not say it. */
function foreignOf(cardholder: unknown): number | null {
  const amount = (cardholder as { readonly amountMinor?: unknown } | null | undefined)?.amountMinor;
  return typeof amount === 'number' ? amount : null;
}
