import type { IssuerEntry } from './compare-ledger.js';

const PAGE = 5_000;
const TIMEOUT_MS = 30_000;
const STATES: ReadonlySet<unknown> = new Set(['approved', 'declined', 'reversed', 'captured']);
const KINDS: ReadonlySet<unknown> = new Set(['auth', 'increase', 'sale', 'capture', 'refund']);

interface LedgerPage {
  readonly authorizations?: unknown;
  readonly totals?: readonly { readonly link?: unknown }[];
  readonly next_cursor?: number | null;
}

/**
 * The issuers' own books, page by page, link by link: a page of one link stays where it is while others book.
 * @param ledgerUrl `GET` address of the ledger
 * @throws Error it does not answer, or holds a line of unknown form: that would be read as zero
 */
export async function* readLedger(ledgerUrl: string): AsyncGenerator<IssuerEntry[]> {
  const { totals } = await readPage(ledgerUrl, { limit: '0' });
  const links = new Set((totals ?? []).map(({ link }) => String(link)));
  for (const filter of links.size === 0 ? [{}] : [...links].map((link) => ({ link }))) {
    let cursor: number | null = 0;
    while (cursor !== null) {
      const page: LedgerPage = await readPage(ledgerUrl, { ...filter, limit: String(PAGE), cursor: String(cursor) });
      if (!Array.isArray(page.authorizations)) throw new Error("the issuers' ledger has no list of authorizations");
      yield page.authorizations.filter(movesMoney).map(toEntry);
      cursor = page.next_cursor ?? null;
    }
  }
}

/** A cancel takes its original back and is no movement of its own. */
function movesMoney(line: unknown): boolean {
  return (line as { kind?: unknown } | null)?.kind !== 'cancel';
}

async function readPage(ledgerUrl: string, query: Readonly<Record<string, string>>): Promise<LedgerPage> {
  const url = new URL(ledgerUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`the issuers' ledger answered ${answer.status}`);
  return (await answer.json()) as LedgerPage;
}

function toEntry(line: unknown): IssuerEntry {
  const { link, rrn, localTime, kind, state, amountMinor, requestedMinor = amountMinor, currency, terminal = '', plan } = line as Record<string, unknown>; // prettier-ignore
  const texts = [link, rrn, localTime, currency, terminal];
  const isKnown =
    STATES.has(state) &&
    KINDS.has(kind) &&
    Number.isSafeInteger(amountMinor) &&
    Number.isSafeInteger(requestedMinor) &&
    texts.every((text) => typeof text === 'string');
  if (!isKnown) throw new Error("the issuers' ledger holds a line of unknown form");
  return {
    reference: `${String(link)}|${String(rrn)}|${String(localTime)}`,
    kind: String(kind),
    state: String(state),
    amountMinor: Number(amountMinor),
    requestedMinor: Number(requestedMinor),
    currency: String(currency),
    terminal: String(terminal),
    plan: typeof plan === 'string' ? plan : null,
  };
}
