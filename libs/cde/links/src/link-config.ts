import type { CardBrand } from '@tsunagu/contracts';
import type { Framing, WireProfileName } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';

/** One line to a counterparty, as the links file describes it. */
export interface LinkConfig {
  /** Word in logs, metrics and the journal; also the connector's name unless `connector` says otherwise. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly profile: WireProfileName;
  /** Our acquirer id at this link (field 32). */
  readonly acquirerId: string;
  /** Our forwarding id at this link (field 33, network messages). */
  readonly forwardingId: string;
  /** Two digits inside the retrieval reference number (field 37). */
  readonly node: string;
  readonly brands: readonly CardBrand[];
  /** Which connector speaks on this line. */
  readonly connector: string;
  /** Issuer reply timer, milliseconds. */
  readonly replyTimeoutMs: number;
  /** Silence in both directions after which an echo is sent, milliseconds. */
  readonly echoMs: number;
  /** Waits between repeats of a reversal or advice; the last one repeats. Milliseconds. */
  readonly reversalScheduleMs: readonly number[];
  /** How online PINs travel: format 4 under this zone key; null when the link takes none. */
  readonly pin: { readonly format: 4; readonly key: string } | null;
}

/** The links file is wrong. Names the link and the entry, never a value. */
export class LinkConfigError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(link: string, entry: string, rule: string) {
    super(`links file: ${entry} of link ${link} ${rule}`, { link, entry });
  }
}

/** Repeats of a reversal. @source reference/iso8583-1993.md §13.3 */
export const REVERSAL_SCHEDULE_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 900_000] as const;
const PROFILES: readonly string[] = ['ascii', 'hybrid', 'binary', 'binary-lp'];
const FRAMINGS: readonly string[] = ['be2', 'be4', 'ascii4', 'hex4', 'bcd2'];

/** Read the content of the links file. @throws LinkConfigError naming the first entry that is wrong */
export function parseLinkConfigs(content: unknown): LinkConfig[] {
  const entries = isRecord(content) && Array.isArray(content['links']) ? content['links'] : content;
  if (!Array.isArray(entries)) throw new LinkConfigError('*', 'list', 'must be an array');
  const links = entries.map((entry: unknown, index) => parseLink(isRecord(entry) ? entry : {}, `#${index}`));
  const names = new Set(links.map((link) => link.name));
  if (names.size !== links.length) throw new LinkConfigError('*', 'name', 'must be unique');
  return links;
}

function parseLink(entry: Record<string, unknown>, position: string): LinkConfig {
  const name = text(entry, position, 'name', /^[a-z][a-z0-9-]{0,30}$/);
  return {
    name,
    host: text(entry, name, 'host', /^[A-Za-z0-9.:-]{1,255}$/),
    port: whole(entry, name, 'port', { min: 1, max: 65_535 }),
    framing: choice(entry, name, 'framing', FRAMINGS, 'be2') as Framing,
    profile: choice(entry, name, 'profile', PROFILES, 'hybrid') as WireProfileName,
    acquirerId: text(entry, name, 'acquirerId', /^[0-9]{1,11}$/),
    forwardingId: text(entry, name, 'forwardingId', /^[0-9]{1,11}$/),
    node: text({ node: '00', ...entry }, name, 'node', /^[0-9]{2}$/),
    brands: list(entry, name, 'brands', (value): value is CardBrand => typeof value === 'string'),
    connector: text({ connector: name, ...entry }, name, 'connector', /^[a-z][a-z0-9-]{0,30}$/),
    replyTimeoutMs: whole(entry, name, 'replyTimeoutMs', { min: 10, max: 120_000, fallback: 25_000 }),
    echoMs: whole(entry, name, 'echoMs', { min: 10, max: 600_000, fallback: 60_000 }),
    reversalScheduleMs: schedule(entry, name),
    pin: pin(entry, name),
  };
}

function schedule(entry: Record<string, unknown>, link: string): readonly number[] {
  if (entry['reversalScheduleMs'] === undefined) return REVERSAL_SCHEDULE_MS;
  const waits = list(entry, link, 'reversalScheduleMs', (value): value is number => Number.isSafeInteger(value));
  if (waits.length === 0 || waits.some((wait) => wait < 10)) {
    throw new LinkConfigError(link, 'reversalScheduleMs', 'must hold waits of 10 ms or more');
  }
  return waits;
}

function pin(entry: Record<string, unknown>, link: string): LinkConfig['pin'] {
  const value = entry['pin'] ?? null;
  if (value === null) return null;
  if (!isRecord(value) || value['format'] !== 4) throw new LinkConfigError(link, 'pin', 'must name format 4');
  return { format: 4, key: text(value, link, 'key', /^[A-Za-z0-9_-]{1,64}$/) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(entry: Record<string, unknown>, link: string, key: string, pattern: RegExp): string {
  const value = entry[key];
  if (typeof value !== 'string' || !pattern.test(value))
    throw new LinkConfigError(link, key, 'is missing or malformed');
  return value;
}

function whole(
  entry: Record<string, unknown>,
  link: string,
  key: string,
  range: { min: number; max: number; fallback?: number },
): number {
  const value = entry[key] ?? range.fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < range.min || value > range.max) {
    throw new LinkConfigError(link, key, `must be a whole number from ${range.min} to ${range.max}`);
  }
  return value;
}

function choice(
  entry: Record<string, unknown>,
  link: string,
  key: string,
  of: readonly string[],
  fallback: string,
): string {
  const value = entry[key] ?? fallback;
  const found = of.find((one) => one === value);
  if (found === undefined) throw new LinkConfigError(link, key, `must be one of ${of.join(', ')}`);
  return found;
}

function list<T>(
  entry: Record<string, unknown>,
  link: string,
  key: string,
  isItem: (value: unknown) => value is T,
): readonly T[] {
  const value = entry[key];
  if (!Array.isArray(value) || !value.every(isItem)) throw new LinkConfigError(link, key, 'must be a list');
  return value;
}
