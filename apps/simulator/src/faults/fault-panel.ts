import type { FaultKind, FaultRule } from './fault-rule.js';

/** A fault that struck. */
export interface FaultHit {
  readonly kind: FaultKind;
  readonly delayMs: number | undefined;
  /** It hits the message on its way in, before anything is booked; else the answer on its way out. */
  readonly isInbound: boolean;
}

/** Faults of connections; all others strike messages. */
const OF_CONNECTIONS: readonly FaultKind[] = ['down'];
const ALWAYS_INBOUND: readonly FaultKind[] = ['lose_request', 'half_open'];
const ALWAYS_OUTBOUND: readonly FaultKind[] = ['lose_reply'];
const MONEY = /^1[124]/;

/** A rule at work. */
interface Standing {
  readonly rule: FaultRule;
  struck: number;
}

/** The switchboard of faults. Seeded: the same seed and the same order of messages give the same faults. */
export class FaultPanel {
  #rules: readonly Standing[] = [];
  #seed = 1;
  #random = seeded(1);
  #hits = new Map<string, number>();
  readonly #listeners: (() => void)[] = [];

  /** Rules as they stand now: `next` says how often each of them will strike yet. */
  get state(): { seed: number; faults: readonly FaultRule[]; injected: Record<string, number> } {
    const faults = this.#rules.map(({ rule, struck }) =>
      rule.next === undefined ? rule : { ...rule, next: rule.next - struck },
    );
    return { seed: this.#seed, faults, injected: Object.fromEntries(this.#hits) };
  }

  /** Replace all rules; a new seed starts the sequence and the counts anew. */
  replace(rules: readonly FaultRule[], seed?: number): void {
    this.#rules = rules.map((rule) => ({ rule, struck: 0 }));
    if (seed !== undefined) {
      this.#seed = seed;
      this.#random = seeded(seed);
      this.#hits = new Map();
    }
    for (const listener of this.#listeners) listener();
  }

  /** Replace the rules that name one place, and leave those of all others at work. */
  replaceOf(place: string, rules: readonly FaultRule[]): void {
    const others = this.#rules.filter(({ rule }) => rule.link !== place);
    this.#rules = [...others, ...rules.map((rule) => ({ rule, struck: 0 }))];
    for (const listener of this.#listeners) listener();
  }

  /** One rule more, behind those that stand. Rules that have struck as often as they may are forgotten. */
  add(rule: FaultRule): void {
    const alive = this.#rules.filter(({ rule: { next }, struck }) => struck < (next ?? Infinity));
    this.#rules = [...alive, { rule, struck: 0 }];
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The first rule that strikes a message here, if any. @param places names of the link and of the endpoint: `jcb`, `jcb/standby` */
  draw(places: readonly string[], mti: string): FaultHit | undefined {
    for (const standing of this.#rulesOf(places)) {
      const { rule } = standing;
      if (OF_CONNECTIONS.includes(rule.kind) || !concerns(rule, mti) || this.#random() >= rule.probability) continue;
      this.#strike(standing);
      return { kind: rule.kind, delayMs: rule.delayMs, isInbound: this.#isInbound(rule) };
    }
    return undefined;
  }

  /** Whether the link refuses a new connection now. */
  refusesConnection(places: readonly string[]): boolean {
    return this.#strikesConnection(places, (rule) => rule.kind === 'down');
  }

  /** Whether the handshake of a new connection fails now. */
  breaksHandshake(places: readonly string[]): boolean {
    return this.#strikesConnection(places, (rule) => rule.kind === 'tls_failure' && rule.mtis === undefined);
  }

  /** The link is switched off for certain: connections that stand are cut as well. */
  isDown(places: readonly string[]): boolean {
    return this.#rulesOf(places).some(({ rule }) => rule.kind === 'down' && rule.probability >= 1);
  }

  #strikesConnection(places: readonly string[], isMeant: (rule: FaultRule) => boolean): boolean {
    const standing = this.#rulesOf(places).find(({ rule }) => isMeant(rule) && this.#random() < rule.probability);
    if (standing !== undefined) this.#strike(standing);
    return standing !== undefined;
  }

  /** Drawn even when the rule says it, so that a rule's direction does not move the dice of the others. */
  #isInbound({ kind, at }: FaultRule): boolean {
    const drawn = this.#random() < 0.5;
    if (ALWAYS_INBOUND.includes(kind)) return true;
    if (ALWAYS_OUTBOUND.includes(kind)) return false;
    return at === undefined ? drawn : at === 'request';
  }

  #rulesOf(places: readonly string[]): Standing[] {
    return this.#rules.filter(
      ({ rule, struck }) => (rule.link === '*' || places.includes(rule.link)) && struck < (rule.next ?? Infinity),
    );
  }

  #strike(standing: Standing): void {
    standing.struck += 1;
    const { kind } = standing.rule;
    this.#hits.set(kind, (this.#hits.get(kind) ?? 0) + 1);
  }
}

function concerns({ kind, mtis }: FaultRule, mti: string): boolean {
  if (mtis !== undefined) return mtis.includes(mti);
  return kind !== 'tls_failure' && MONEY.test(mti);
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
