/** One of our attempts as the books know it. */
export interface OwnMovement {
  readonly paymentId: string;
  readonly attemptId: string;
  readonly kind: 'auth' | 'sale' | 'capture' | 'refund';
  readonly status: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly link: string | null;
  readonly rrn: string | null;
}

/** One line of an issuer's own books, of `GET /ledger`. */
export interface IssuerEntry {
  readonly link: string;
  readonly rrn: string;
  readonly kind: string;
  readonly state: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** A movement that the two sides see differently. */
export interface LedgerDifference {
  /** `missing`: we booked it, the issuer did not. `extra`: the issuer holds what we do not. `amount`: both, not equal. */
  readonly what: 'missing' | 'extra' | 'amount';
  readonly link: string | null;
  readonly rrn: string | null;
  readonly kind: string;
  readonly paymentId: string | null;
  readonly attemptId: string | null;
  readonly oursMinor: number;
  readonly issuersMinor: number;
  readonly currency: string;
}

export interface LedgerComparison {
  readonly compared: number;
  /** Attempts that nobody can judge yet. */
  readonly open: number;
  readonly differences: readonly LedgerDifference[];
  /** Sum of the absolute differences, minor units: yen where the currency is JPY. */
  readonly differenceMinor: number;
}

const OPEN: ReadonlySet<string> = new Set(['created', 'sending', 'sent_unknown', 'in_doubt']);
const HELD: ReadonlySet<string> = new Set(['approved', 'captured']);

/**
 * Compare our books with the issuers', in both directions. Matched by link and retrieval reference number; never repaired.
 * @source security-reliability.md A20
 */
export function compareLedger(ours: readonly OwnMovement[], issuers: readonly IssuerEntry[]): LedgerComparison {
  const unmatched = heldByKey(issuers);
  const differences: LedgerDifference[] = [];
  let open = 0;
  for (const movement of ours) {
    const key = `${movement.link}|${movement.rrn}`;
    const entry = unmatched.get(key);
    unmatched.delete(key);
    if (OPEN.has(movement.status)) open += 1;
    else differences.push(...judge(movement, entry));
  }
  for (const entry of unmatched.values()) differences.push(extra(entry, undefined));
  const differenceMinor = differences.reduce((sum, one) => sum + Math.abs(one.oursMinor - one.issuersMinor), 0);
  return { compared: ours.length, open, differences, differenceMinor };
}

function heldByKey(issuers: readonly IssuerEntry[]): Map<string, IssuerEntry> {
  const held = issuers.filter(({ state }) => HELD.has(state));
  return new Map(held.map((entry) => [`${entry.link}|${entry.rrn}`, entry]));
}

function judge(movement: OwnMovement, entry: IssuerEntry | undefined): LedgerDifference[] {
  const isOurs = movement.status === 'approved';
  if (!isOurs) return entry === undefined ? [] : [extra(entry, movement)];
  if (entry?.amountMinor === movement.amountMinor) return [];
  const { link, rrn, kind, paymentId, attemptId, currency, amountMinor: oursMinor } = movement;
  const what = entry === undefined ? 'missing' : 'amount';
  return [{ what, link, rrn, kind, paymentId, attemptId, oursMinor, issuersMinor: entry?.amountMinor ?? 0, currency }];
}

function extra(entry: IssuerEntry, movement: OwnMovement | undefined): LedgerDifference {
  const { link, rrn, kind, currency, amountMinor: issuersMinor } = entry;
  const paymentId = movement?.paymentId ?? null;
  const attemptId = movement?.attemptId ?? null;
  return { what: 'extra', link, rrn, kind, paymentId, attemptId, oursMinor: 0, issuersMinor, currency };
}
