/** What the panel can do to a link. */
export const FAULT_KINDS = ['delay', 'drop', 'late', 'duplicate', 'garbage', 'reset', 'half_open', 'down'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule {
  /** Name of a link, or `*` for all. */
  readonly link: string;
  readonly kind: FaultKind;
  readonly probability: number;
  readonly delayMs?: number;
}

/** A fault that struck. Half of the drops and resets hit the message on its way in, half the answer on its way out. */
export interface FaultHit {
  readonly kind: FaultKind;
  readonly delayMs: number | undefined;
  readonly isInbound: boolean;
}

/** The switchboard of faults. Seeded: the same seed and the same order of messages give the same faults. */
export class FaultPanel {
  #rules: readonly FaultRule[] = [];
  #seed = 1;
  #random = seeded(1);
  #hits = new Map<string, number>();
  readonly #listeners: (() => void)[] = [];

  get state(): { seed: number; faults: readonly FaultRule[]; injected: Record<string, number> } {
    return { seed: this.#seed, faults: this.#rules, injected: Object.fromEntries(this.#hits) };
  }

  /** Replace all rules; a new seed starts the sequence and the counts anew. */
  replace(rules: readonly FaultRule[], seed?: number): void {
    this.#rules = rules;
    if (seed !== undefined) {
      this.#seed = seed;
      this.#random = seeded(seed);
      this.#hits = new Map();
    }
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The first rule of this link that strikes a message, if any. `down` strikes connections, not messages. */
  draw(link: string): FaultHit | undefined {
    for (const rule of this.#rulesOf(link)) {
      if (rule.kind === 'down' || this.#random() >= rule.probability) continue;
      this.#count(rule.kind);
      return { kind: rule.kind, delayMs: rule.delayMs, isInbound: this.#random() < 0.5 };
    }
    return undefined;
  }

  /** Whether the link refuses a new connection now. */
  refusesConnection(link: string): boolean {
    const isRefused = this.#rulesOf(link).some((rule) => rule.kind === 'down' && this.#random() < rule.probability);
    if (isRefused) this.#count('down');
    return isRefused;
  }

  /** The link is switched off for certain: connections that stand are cut as well. */
  isDown(link: string): boolean {
    return this.#rulesOf(link).some((rule) => rule.kind === 'down' && rule.probability >= 1);
  }

  #rulesOf(link: string): FaultRule[] {
    return this.#rules.filter((rule) => rule.link === '*' || rule.link === link);
  }

  #count(kind: FaultKind): void {
    this.#hits.set(kind, (this.#hits.get(kind) ?? 0) + 1);
  }
}

/**
 * Read rules as they came over HTTP: a list, or `{ seed?, faults }`.
 * @returns the rules, or a sentence about the first thing that is wrong
 */
export function parseFaults(body: unknown, links: readonly string[]): { rules: FaultRule[]; seed?: number } | string {
  const outer = Array.isArray(body)
    ? { faults: body as unknown[] }
    : (body as { faults?: unknown; seed?: unknown } | null);
  if (typeof outer !== 'object' || outer === null || !Array.isArray(outer.faults)) return 'expected a list of faults';
  const seed = 'seed' in outer ? outer.seed : undefined;
  if (seed !== undefined && !Number.isInteger(seed)) return 'seed is an integer';
  for (const rule of outer.faults) {
    const fault = faultOfRule(rule as Partial<FaultRule> | null, links);
    if (fault !== undefined) return fault;
  }
  return { rules: outer.faults as FaultRule[], seed: seed as number | undefined };
}

function faultOfRule(rule: Partial<FaultRule> | null, links: readonly string[]): string | undefined {
  if (typeof rule !== 'object' || rule === null) return 'a fault is an object';
  if (rule.link !== '*' && !links.includes(rule.link ?? '')) return `link is one of *, ${links.join(', ')}`;
  if (!FAULT_KINDS.includes(rule.kind as FaultKind)) return `kind is one of ${FAULT_KINDS.join(', ')}`;
  if (!isBetween(rule.probability, 1)) return 'probability is a number from 0 to 1';
  if (rule.delayMs !== undefined && !isBetween(rule.delayMs, 600_000)) return 'delayMs is a number from 0 to 600000';
  return undefined;
}

function isBetween(value: unknown, max: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= max;
}

/** Mulberry32: small, good enough for faults, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
