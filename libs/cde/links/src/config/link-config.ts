import type { CardBrand } from '@tsunagu/contracts';
import { FRAMINGS, type Framing, type Spec, type WireProfileName } from '@tsunagu/iso8583';
import { ConfigEntry, isRecord, LinkConfigError } from './config-fields.js';
import { readDialect } from './link-dialect.js';
import { plainTransport, readTransport, type LinkTransport } from './link-transport.js';

/** One link to a counterparty, as the links file describes it. */
export interface LinkConfig {
  /** Word in logs, metrics and the journal; also the connector's name unless `connector` says otherwise. */
  readonly name: string;
  /** Where the primary listens. */
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly profile: WireProfileName;
  /** What is spoken where the link differs from its profile; see `specOf`. */
  readonly dialect?: Spec;
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
  /** How online PINs travel; null when the link takes none. */
  readonly pin: LinkPinEntry | null;
  /** Hosts, connections, protection and limits; absent = one plain connection to `host` and `port`. */
  readonly transport?: LinkTransport;
  /** When counters are exchanged; absent = the defaults of {@link reconciliationOf}. */
  readonly reconciliation?: LinkReconciliation;
}

/** Format and zone key of the PINs of a link: an AES key carries format 4, a TDES key 0 and 3. @source card-crypto.md §6 */
interface LinkPinEntry {
  readonly format: 0 | 3 | 4;
  readonly key: string;
  /** The key is one of the published test vectors, for a simulated counterpart; production refuses it. */
  readonly isPublished?: boolean;
}

/** Times of the counter exchange, and where a difference is looked into. @source reference/iso8583-1993.md §14.3 */
export interface LinkReconciliation {
  /** From the cutover to the final, milliseconds. */
  readonly afterCutoverMs: number;
  /** Between repeats of a final that is not answered, milliseconds. */
  readonly repeatMs: number;
  /** Between checkpoints of the open date, milliseconds; 0 = none. */
  readonly checkpointMs: number;
  /** Who looks at a difference of this link. */
  readonly owner: string;
  /** How long it may stay open, milliseconds. */
  readonly deadlineMs: number;
  /** Where the peer's transactions of a date can be read; null = they are brought by hand. */
  readonly detailsUrl: string | null;
}

const RECONCILIATION: LinkReconciliation = {
  afterCutoverMs: 600_000,
  repeatMs: 300_000,
  checkpointMs: 3_600_000,
  owner: 'reconciliation-desk',
  deadlineMs: 86_400_000,
  detailsUrl: null,
};

/** How a link reconciles, with the defaults for one that says nothing about it. */
export function reconciliationOf(link: LinkConfig): LinkReconciliation {
  return link.reconciliation ?? RECONCILIATION;
}

/** How a link travels, with the defaults for one that says nothing about it. */
export function transportOf(link: LinkConfig): LinkTransport {
  return link.transport ?? plainTransport(link.host, link.port);
}

/** Repeats of a reversal. @source reference/iso8583-1993.md §13.3 */
export const REVERSAL_SCHEDULE_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 900_000] as const;
const PROFILES: readonly WireProfileName[] = ['ascii', 'hybrid', 'binary', 'binary-lp'];

/** Read the content of the links file. @throws LinkConfigError naming the first entry that is wrong */
export function parseLinkConfigs(content: unknown): LinkConfig[] {
  const entries = isRecord(content) && Array.isArray(content['links']) ? content['links'] : content;
  if (!Array.isArray(entries)) throw new LinkConfigError('*', 'list', 'must be an array');
  const links = entries.map((entry: unknown, index) => parseLink(isRecord(entry) ? entry : {}, `#${index}`));
  const names = new Set(links.map((link) => link.name));
  if (names.size !== links.length) throw new LinkConfigError('*', 'name', 'must be unique');
  return links;
}

function parseLink(fields: Readonly<Record<string, unknown>>, position: string): LinkConfig {
  const name = new ConfigEntry(position, fields).text('name', /^[a-z][a-z0-9-]{0,30}$/);
  const entry = new ConfigEntry(name, fields);
  const transport = readTransport(entry);
  const profile = entry.choice('profile', PROFILES, 'hybrid');
  const dialect = readDialect(entry, profile);
  const primary = transport.endpoints.find(({ role }) => role === 'primary');
  return {
    name,
    host: primary?.host ?? '',
    port: primary?.port ?? 0,
    framing: entry.choice('framing', FRAMINGS, 'be2'),
    profile,
    ...(dialect === undefined ? {} : { dialect }),
    acquirerId: entry.text('acquirerId', /^[0-9]{1,11}$/),
    forwardingId: entry.text('forwardingId', /^[0-9]{1,11}$/),
    node: entry.text('node', /^[0-9]{2}$/, '00'),
    brands: entry.list('brands', (value): value is CardBrand => typeof value === 'string'),
    connector: entry.text('connector', /^[a-z][a-z0-9-]{0,30}$/, name),
    replyTimeoutMs: entry.whole('replyTimeoutMs', { min: 10, max: 120_000, fallback: 25_000 }),
    echoMs: entry.whole('echoMs', { min: 10, max: 600_000, fallback: 60_000 }),
    reversalScheduleMs: schedule(entry),
    pin: pin(entry),
    transport,
    reconciliation: reconciliation(entry),
  };
}

function reconciliation(entry: ConfigEntry): LinkReconciliation {
  const inner = entry.inner('reconciliation')?.allowOnly(...Object.keys(RECONCILIATION));
  if (inner === undefined) return RECONCILIATION;
  const time = (name: 'afterCutoverMs' | 'repeatMs' | 'checkpointMs' | 'deadlineMs', min: number) =>
    inner.whole(name, { min, max: 7 * 86_400_000, fallback: RECONCILIATION[name] });
  return {
    afterCutoverMs: time('afterCutoverMs', 0),
    repeatMs: time('repeatMs', 100),
    checkpointMs: time('checkpointMs', 0),
    deadlineMs: time('deadlineMs', 60_000),
    owner: inner.text('owner', /^[A-Za-z0-9._@-]{1,80}$/, RECONCILIATION.owner),
    detailsUrl: inner.has('detailsUrl') ? inner.text('detailsUrl', /^https?:\/\/[^\s]{1,300}$/) : null,
  };
}

function schedule(entry: ConfigEntry): readonly number[] {
  if (!entry.has('reversalScheduleMs')) return REVERSAL_SCHEDULE_MS;
  const waits = entry.list('reversalScheduleMs', (value): value is number => Number.isSafeInteger(value));
  if (waits.length === 0 || waits.some((wait) => wait < 10)) {
    throw entry.fault('reversalScheduleMs', 'must hold waits of 10 ms or more');
  }
  return waits;
}

function pin(entry: ConfigEntry): LinkConfig['pin'] {
  const inner = entry.inner('pin');
  if (inner === undefined) return null;
  const format = inner.whole('format', { min: 0, max: 9 });
  if (format !== 0 && format !== 3 && format !== 4) throw entry.fault('pin', 'must name format 0, 3 or 4');
  const key = inner.text('key', /^[A-Za-z0-9_-]{1,64}$/);
  const isPublished = inner.content['published'] ?? false;
  if (typeof isPublished !== 'boolean') throw inner.fault('published', 'must be true or false');
  return { format, key, ...(isPublished ? { isPublished } : {}) };
}
