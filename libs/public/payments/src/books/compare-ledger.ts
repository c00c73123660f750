import { mergeByReference } from './merge-by-reference.js';

/** One of our attempts as the books know it. Its reference is what both sides call the message: link, field 37, field 12. */
export interface OwnMovement {
  readonly reference: string | null;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly kind: MovementKind;
  readonly status: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly terminal: string;
  /** Payment plan as the wire says it (JP01); null: none was kept. */
  readonly plan?: string | null;
  /** Nobody can judge it yet: it, or its reversal, has no answer. */
  readonly isMoving: boolean;
  /** It changed after the issuers were asked: what differs may be what they told us too early. */
  readonly isYoung: boolean;
}

type MovementKind = 'auth' | 'increase' | 'sale' | 'capture' | 'refund';

/** One line of an issuer's own books. */
export interface IssuerEntry {
  readonly reference: string;
  readonly kind: string;
  readonly state: string;
  readonly amountMinor: number;
  /** What was asked for; less may have been approved. */
  readonly requestedMinor: number;
  readonly currency: string;
  readonly terminal: string;
  /** Payment plan that the issuer bills by; null: its line says none. */
  readonly plan?: string | null;
}

/**
 * How the two sides see a movement differently. `missing_here`: the issuer holds what we never heard of. `missing_there`: the
 * issuer never heard of what we hold. `ended_here`: the issuer holds what we call declined, unsent or reversed. `ended_there`: we
 * hold what the issuer declined or reversed. `amount`, `currency`, `kind`, `plan`: both hold it, not alike. `twice`: one reference, two
 * movements that stand.
 */
export type DifferenceKind =
  'missing_here' | 'missing_there' | 'ended_here' | 'ended_there' | 'amount' | 'currency' | 'kind' | 'plan' | 'twice';

/** A movement that the two sides see differently. */
export interface LedgerDifference {
  readonly what: DifferenceKind;
  readonly reference: string | null;
  readonly kind: string;
  readonly paymentId: string | null;
  readonly attemptId: string | null;
  readonly oursMinor: number;
  readonly issuersMinor: number;
  /** Of the issuer's line where the two differ. */
  readonly currency: string;
}

export interface LedgerComparison {
  /** Movements of ours that were held against the issuers' lines. */
  readonly compared: number;
  /** Lines of the issuers. */
  readonly entries: number;
  /** Movements that nobody can judge yet. */
  readonly open: number;
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly LedgerDifference[];
  /** Sum of the absolute differences by currency, minor units as decimal text: a sum may pass 2^53. */
  readonly differenceMinor: Readonly<Record<string, string>>;
}

const HELD: ReadonlySet<string> = new Set(['approved', 'captured']);
/** Differences told by name; the rest is counted and summed. */
const NAMED_MAX = 1_000;

/**
 * Compare our books with the issuers', in both directions; nothing is repaired. The two sides flow past each other: memory is that
 * of one reference, of what is still moving and of the named differences.
 * @param ours sorted by reference in byte order, those without a reference first
 * @param issuers sorted by reference in byte order
 * @source security-reliability.md A20
 */
export async function compareLedger(
  ours: AsyncIterable<OwnMovement>,
  issuers: AsyncIterable<IssuerEntry>,
): Promise<LedgerComparison> {
  const findings = new Findings();
  const unnamed = new MovingUnnamed();
  for await (const { mine, theirs } of mergeByReference(ours, issuers)) {
    findings.count(mine, theirs);
    if (mine.length === 0) findings.add(unheardOf(theirs, unnamed));
    else if (mine.some(({ isMoving }) => isMoving)) mine.forEach((movement) => unnamed.add(movement));
    else if (mine.some(({ isYoung }) => isYoung)) findings.forgive(judge(mine, theirs));
    else findings.add(judge(mine, theirs));
  }
  return findings.result();
}

/** One thing that differs; what of it counts on our side. */
interface Finding {
  readonly what: DifferenceKind;
  readonly movement?: OwnMovement;
  readonly entry?: IssuerEntry;
  readonly oursMinor: number;
}

/** Lines under a reference that none of our attempts was told of, but for what is on its way. */
function unheardOf(theirs: readonly IssuerEntry[], unnamed: MovingUnnamed): Finding[] {
  return theirs
    .filter((entry) => isHeld(entry) && !unnamed.take(entry))
    .map((entry) => ({ what: 'missing_here', entry, oursMinor: 0 }));
}

/** Movements and lines of one reference. */
function judge(mine: readonly OwnMovement[], theirs: readonly IssuerEntry[]): Finding[] {
  const [movement, ...again] = mine.filter(({ status }) => status === 'approved');
  const [entry, ...more] = theirs.filter(isHeld);
  const twiceHere = again.map((one): Finding => ({ what: 'twice', movement: one, oursMinor: one.amountMinor }));
  const twiceThere = more.map((one): Finding => ({ what: 'twice', movement: mine[0], entry: one, oursMinor: 0 }));
  const first = movement === undefined ? endedHere(mine[0], entry) : judgeOne(movement, entry, theirs.length > 0);
  return [...first, ...twiceHere, ...twiceThere];
}

function endedHere(movement: OwnMovement | undefined, entry: IssuerEntry | undefined): Finding[] {
  return entry === undefined ? [] : [{ what: 'ended_here', movement, entry, oursMinor: 0 }];
}

function judgeOne(movement: OwnMovement, entry: IssuerEntry | undefined, isKnownThere: boolean): Finding[] {
  const oursMinor = movement.amountMinor;
  if (entry === undefined) return [{ what: isKnownThere ? 'ended_there' : 'missing_there', movement, oursMinor }];
  const what = (['kind', 'currency', 'amountMinor'] as const).find((part) => entry[part] !== movement[part]);
  if (what === undefined) return isOtherPlan(movement, entry) ? [{ what: 'plan', movement, entry, oursMinor }] : [];
  return [{ what: what === 'amountMinor' ? 'amount' : what, movement, entry, oursMinor }];
}

/** Only where both sides say one: captures and some counterparts know no plan. */
function isOtherPlan({ plan: ours = null }: OwnMovement, { plan: theirs = null }: IssuerEntry): boolean {
  return ours !== null && theirs !== null && ours !== theirs;
}

function isHeld({ state }: IssuerEntry): boolean {
  return HELD.has(state);
}

/** What we sent and have no reference of yet: known by what both sides say of it. */
class MovingUnnamed {
  readonly #left = new Map<string, number>();

  add(movement: OwnMovement): void {
    if (movement.reference !== null) return;
    const face = faceOf(movement, movement.amountMinor);
    this.#left.set(face, (this.#left.get(face) ?? 0) + 1);
  }

  take(entry: IssuerEntry): boolean {
    const face = faceOf(entry, entry.requestedMinor);
    const left = this.#left.get(face) ?? 0;
    if (left > 0) this.#left.set(face, left - 1);
    return left > 0;
  }
}

function faceOf({ kind, currency, terminal }: OwnMovement | IssuerEntry, amountMinor: number): string {
  return `${kind}|${terminal}|${currency}|${amountMinor}`;
}

class Findings {
  readonly #named: LedgerDifference[] = [];
  readonly #sums = new Map<string, bigint>();
  #differences = 0;
  #compared = 0;
  #entries = 0;
  #open = 0;

  count(mine: readonly OwnMovement[], theirs: readonly IssuerEntry[]): void {
    this.#compared += mine.length;
    this.#entries += theirs.length;
    this.#open += mine.filter(({ isMoving }) => isMoving).length;
  }

  /** What cannot be judged yet is open, whatever it looks like. */
  forgive(findings: readonly Finding[]): void {
    this.#open += findings.length;
  }

  add(findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.#differences += 1;
      this.#sum(finding);
      if (this.#named.length < NAMED_MAX) this.#named.push(describe(finding));
    }
  }

  /** Two currencies or two kinds do not cancel out: each side counts as a whole. */
  #sum({ what, movement, entry, oursMinor }: Finding): void {
    const issuersMinor = entry?.amountMinor ?? 0;
    if (what === 'currency' || what === 'kind') {
      this.#addTo(movement?.currency, oursMinor);
      this.#addTo(entry?.currency, issuersMinor);
    } else this.#addTo(entry?.currency ?? movement?.currency, oursMinor - issuersMinor);
  }

  #addTo(currency: string | undefined, minor: number): void {
    const key = currency ?? '';
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + BigInt(Math.abs(minor)));
  }

  result(): LedgerComparison {
    const sums = [...this.#sums.keys()].sort().map((currency) => [currency, String(this.#sums.get(currency))] as const);
    return {
      compared: this.#compared,
      entries: this.#entries,
      open: this.#open,
      differenceCount: this.#differences,
      differences: this.#named,
      differenceMinor: Object.fromEntries(sums),
    };
  }
}

function describe({ what, movement, entry, oursMinor }: Finding): LedgerDifference {
  const { paymentId, attemptId } = movement ?? { paymentId: null, attemptId: null };
  const { reference, kind } = movement ?? entry ?? { reference: null, kind: '' };
  const { currency } = entry ?? movement ?? { currency: '' };
  return { what, reference, kind, paymentId, attemptId, oursMinor, issuersMinor: entry?.amountMinor ?? 0, currency };
}
