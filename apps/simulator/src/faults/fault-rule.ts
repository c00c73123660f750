/**
 * What the panel can do to a link.
 *
 * `drop` and `reset` hit the message on its way in or the answer on its way out, as the seed says; `lose_request` and `lose_reply` say it.
 * `out_of_order` holds an answer back until the next one of its connection has left. `cut` ends the connection inside the answer's frame.
 * `issuer_script` adds scripts for the chip (tags 71 and 72) to the answer to a chip.
 * `tls_failure` breaks the record stream under a message, or, without `mtis`, the handshake of a new connection.
 */
export const FAULT_KINDS = [
  'delay', 'drop', 'lose_request', 'lose_reply', 'late', 'duplicate', 'out_of_order', 'wrong_stan', 'wrong_amount',
  'half_open', 'reset', 'cut', 'trickle', 'garbage', 'tls_failure', 'down', 'issuer_script',
] as const; // prettier-ignore
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule {
  /** Name of a link, of one of its endpoints (`jcb/standby`), or `*` for all. */
  readonly link: string;
  readonly kind: FaultKind;
  /** 0 to 1; 1 when left out beside `next`. */
  readonly probability: number;
  /** How long `delay`, `late` and `out_of_order` hold an answer, milliseconds. */
  readonly delayMs?: number;
  /** Exact message types that it strikes; without them all messages of money: 11xx, 12xx and 14xx. */
  readonly mtis?: readonly string[];
  /** Strike so many messages, then rest. */
  readonly next?: number;
  /** Which way `drop`, `reset` and `tls_failure` strike; without it the seed decides. */
  readonly at?: 'request' | 'reply';
}

const NEXT_MAX = 1_000_000;
const DELAY_MAX_MS = 600_000;

/** A list of rules, and the seed from which they are drawn. */
export interface FaultOrder {
  readonly rules: readonly FaultRule[];
  readonly seed?: number;
}

/**
 * Read rules as they came over HTTP: a list, or `{ seed?, faults }`.
 * @returns the rules, or a sentence about the first thing that is wrong
 */
export function parseFaults(body: unknown, links: readonly string[]): FaultOrder | string {
  const outer = Array.isArray(body)
    ? { faults: body as unknown[] }
    : (body as { faults?: unknown; seed?: unknown } | null);
  if (typeof outer !== 'object' || outer === null || !Array.isArray(outer.faults)) return 'expected a list of faults';
  const seed = 'seed' in outer ? outer.seed : undefined;
  if (seed !== undefined && !Number.isInteger(seed)) return 'seed is an integer';
  const rules: FaultRule[] = [];
  for (const entry of outer.faults) {
    const rule = parseFault(entry, links);
    if (typeof rule === 'string') return rule;
    rules.push(rule);
  }
  return { rules, seed: seed as number | undefined };
}

/** One rule, as the panel and the scripts write it. @returns a sentence when something is wrong */
export function parseFault(entry: unknown, links: readonly string[]): FaultRule | string {
  if (typeof entry !== 'object' || entry === null) return 'a fault is an object';
  const rule = entry as Partial<FaultRule>;
  if (rule.link !== '*' && !links.includes(rule.link ?? '')) return `link is one of *, ${links.join(', ')}`;
  if (!FAULT_KINDS.includes(rule.kind as FaultKind)) return `kind is one of ${FAULT_KINDS.join(', ')}`;
  const probability = rule.probability ?? (rule.next === undefined ? undefined : 1);
  if (!isBetween(probability, 1)) return 'probability is a number from 0 to 1';
  return narrowed(rule) ?? ({ ...rule, probability } as FaultRule);
}

function narrowed(rule: Partial<FaultRule>): string | undefined {
  const { delayMs, mtis, next, at } = rule;
  if (delayMs !== undefined && !isBetween(delayMs, DELAY_MAX_MS))
    return `delayMs is a number from 0 to ${DELAY_MAX_MS}`;
  const areMtis = mtis === undefined || (Array.isArray(mtis) && mtis.every((mti) => /^1\d{3}$/.test(String(mti))));
  if (!areMtis) return 'mtis is a list of message types such as "1200"';
  if (next !== undefined && !(Number.isInteger(next) && isBetween(next, NEXT_MAX))) return 'next is a whole number';
  if (at !== undefined && at !== 'request' && at !== 'reply') return 'at is request or reply';
  return undefined;
}

function isBetween(value: unknown, max: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= max;
}
