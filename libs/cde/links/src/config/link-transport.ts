import type { ConfigEntry } from './config-fields.js';

/** `dr` is another city: only two people together switch a link to it. @source reference/iso8583-1993.md §13.8 */
export type EndpointRole = 'primary' | 'standby' | 'dr';

/** One host of the counterpart. */
export interface LinkEndpoint {
  /** Word in logs, metrics and commands; unique within the link. */
  readonly name: string;
  readonly role: EndpointRole;
  readonly host: string;
  readonly port: number;
}

/** Files of a link's TLS, PEM; read again without a restart when they change. */
export interface LinkTls {
  /** The one authority that signs the counterpart's certificate. */
  readonly caFile: string;
  /** Our certificate and key; both ends show one. */
  readonly certFile: string;
  readonly keyFile: string;
  /** DNS name that the counterpart's certificate must carry; null = the host of the endpoint. */
  readonly serverName: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** A message key of the envelope: the number on the wire, and its name in the HSM. */
export interface EnvelopeKeyConfig {
  /** 1 to 65535; never used for two keys. */
  readonly id: number;
  readonly key: string;
  /** Endpoint that it is for: a standby has keys of its own, so that no nonce is ever used twice. */
  readonly endpoint: string;
}

/** Whole-message encryption. @source reference/iso8583-1993.md §16 */
export interface LinkEnvelope {
  /** 8 ASCII characters, part of what every tag covers. */
  readonly linkId: string;
  /** The last one of an endpoint is sealed with; all of them are opened. */
  readonly keys: readonly EnvelopeKeyConfig[];
}

/** MAC in field 64 or 128 of every message. @source reference/iso8583-1993.md §15 */
export interface LinkMac {
  /** Name of the key in the HSM; versions that 811 brings are named after it. */
  readonly key: string;
  readonly alg: 'AES-CMAC-8' | 'RETAIL-8';
}

/** @source reference/iso8583-1993.md §17.3 */
export interface LinkLimits {
  /** Requests whose answer is owed, per connection. */
  readonly inFlight: number;
  /** Requests that wait for a place, per link, and for how long. */
  readonly queue: number;
  readonly queueWaitMs: number;
  /** New requests a second that the counterpart takes; null = as many as fit. Reversals and advices are not counted. */
  readonly perSecond: number | null;
}

/** When a link stops taking work by itself, and when it tries again. */
export interface LinkBreaker {
  /** Requests in a row without an answer. */
  readonly failures: number;
  /** Pause before the echo that decides whether it closes again. */
  readonly pauseMs: number;
}

/** How the messages of a link travel; everything has a default, so that a host and a port make a link. */
export interface LinkTransport {
  /** In the order of the file; exactly one is primary. */
  readonly endpoints: readonly LinkEndpoint[];
  /** Connections to the endpoint in use, at the same time. */
  readonly connections: number;
  readonly tls: LinkTls | null;
  readonly envelope: LinkEnvelope | null;
  readonly mac: LinkMac | null;
  /** Key-encryption key shared with the counterpart: wraps what 811 brings; null = the link takes no keys. */
  readonly kek: string | null;
  readonly limits: LinkLimits;
  readonly breaker: LinkBreaker | null;
  /** A primary that is reachable for this long gets the link back, once nothing is in flight. */
  readonly backAfterMs: number;
}

export const DEFAULT_LIMITS: LinkLimits = { inFlight: 256, queue: 2_000, queueWaitMs: 2_000, perSecond: null };
export const DEFAULT_BREAKER: LinkBreaker = { failures: 10, pauseMs: 5_000 };
const BACK_AFTER_MS = 15 * 60_000;
const ROLES: readonly EndpointRole[] = ['primary', 'standby', 'dr'];
const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const HOST = /^[A-Za-z0-9.:-]{1,255}$/;
const KEY_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FILE = /^[^\0]{1,1024}$/;

/** One host and port, plain: what a link without any of these settings is. */
export function plainTransport(host: string, port: number): LinkTransport {
  return {
    endpoints: [{ name: 'primary', role: 'primary', host, port }],
    connections: 1,
    tls: null,
    envelope: null,
    mac: null,
    kek: null,
    limits: DEFAULT_LIMITS,
    breaker: DEFAULT_BREAKER,
    backAfterMs: BACK_AFTER_MS,
  };
}

/** @throws LinkConfigError naming the entry */
export function readTransport(entry: ConfigEntry): LinkTransport {
  const endpoints = readEndpoints(entry);
  return {
    endpoints,
    connections: entry.whole('connections', { min: 1, max: 32, fallback: 1 }),
    tls: readTls(entry.inner('tls')),
    envelope: readEnvelope(entry.inner('envelope'), endpoints),
    mac: readMac(entry.inner('mac')),
    kek: entry.has('kek') ? entry.text('kek', KEY_NAME) : null,
    limits: readLimits(entry.inner('limits')),
    breaker: readBreaker(entry.inner('breaker')),
    backAfterMs: entry.whole('backAfterMs', { min: 10, max: 86_400_000, fallback: BACK_AFTER_MS }),
  };
}

function readEndpoints(entry: ConfigEntry): readonly LinkEndpoint[] {
  const listed = entry.entries('endpoints');
  if (listed === undefined) return [{ name: 'primary', role: 'primary', ...readPlace(entry) }];
  if (entry.has('host') || entry.has('port')) throw entry.fault('endpoints', 'and host or port exclude each other');
  const endpoints = listed.map((one): LinkEndpoint => {
    const role = one.allowOnly('name', 'role', 'host', 'port').choice('role', ROLES);
    return { role, name: one.text('name', NAME, role), ...readPlace(one) };
  });
  const isOnePrimary = endpoints.filter(({ role }) => role === 'primary').length === 1;
  if (!isOnePrimary) throw entry.fault('endpoints', 'must name exactly one primary');
  if (new Set(endpoints.map(({ name }) => name)).size !== endpoints.length) {
    throw entry.fault('endpoints', 'must have different names');
  }
  return endpoints;
}

function readPlace(entry: ConfigEntry): { host: string; port: number } {
  return { host: entry.text('host', HOST), port: entry.whole('port', { min: 1, max: 65_535 }) };
}

function readTls(entry: ConfigEntry | undefined): LinkTls | null {
  if (entry === undefined) return null;
  entry.allowOnly('caFile', 'certFile', 'keyFile', 'serverName', 'minVersion');
  return {
    caFile: entry.text('caFile', FILE),
    certFile: entry.text('certFile', FILE),
    keyFile: entry.text('keyFile', FILE),
    serverName: entry.has('serverName') ? entry.text('serverName', HOST) : null,
    minVersion: entry.choice('minVersion', ['TLSv1.2', 'TLSv1.3'], 'TLSv1.3'),
  };
}

function readEnvelope(entry: ConfigEntry | undefined, endpoints: readonly LinkEndpoint[]): LinkEnvelope | null {
  if (entry === undefined) return null;
  const names = endpoints.map(({ name }) => name);
  const keys = (entry.allowOnly('linkId', 'keys').entries('keys') ?? []).map((one): EnvelopeKeyConfig => {
    one.allowOnly('id', 'key', 'endpoint');
    const id = one.whole('id', { min: 1, max: 65_535 });
    const primary = endpoints.find(({ role }) => role === 'primary')?.name ?? 'primary';
    return { id, key: one.text('key', KEY_NAME), endpoint: one.choice('endpoint', names, primary) };
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw entry.fault('keys', 'must have different ids');
  if (new Set(keys.map(({ key }) => key)).size !== keys.length) throw entry.fault('keys', 'must name different keys');
  const bare = names.find((name) => !keys.some((key) => key.endpoint === name));
  if (bare !== undefined) throw entry.fault('keys', `must hold one for the endpoint ${bare}`);
  return { linkId: entry.text('linkId', /^[\x21-\x7e]{8}$/), keys };
}

function readMac(entry: ConfigEntry | undefined): LinkMac | null {
  if (entry === undefined) return null;
  entry.allowOnly('key', 'alg');
  return { key: entry.text('key', KEY_NAME), alg: entry.choice('alg', ['AES-CMAC-8', 'RETAIL-8'], 'AES-CMAC-8') };
}

function readLimits(entry: ConfigEntry | undefined): LinkLimits {
  if (entry === undefined) return DEFAULT_LIMITS;
  entry.allowOnly('inFlight', 'queue', 'queueWaitMs', 'perSecond');
  return {
    inFlight: entry.whole('inFlight', { min: 1, max: 10_000, fallback: DEFAULT_LIMITS.inFlight }),
    queue: entry.whole('queue', { min: 0, max: 100_000, fallback: DEFAULT_LIMITS.queue }),
    queueWaitMs: entry.whole('queueWaitMs', { min: 1, max: 60_000, fallback: DEFAULT_LIMITS.queueWaitMs }),
    perSecond: entry.has('perSecond') ? entry.whole('perSecond', { min: 1, max: 100_000 }) : null,
  };
}

/** Without an entry the defaults hold; `{ "failures": 0 }` turns it off. */
function readBreaker(entry: ConfigEntry | undefined): LinkBreaker | null {
  if (entry === undefined) return DEFAULT_BREAKER;
  entry.allowOnly('failures', 'pauseMs');
  const failures = entry.whole('failures', { min: 0, max: 1_000, fallback: DEFAULT_BREAKER.failures });
  const pauseMs = entry.whole('pauseMs', { min: 10, max: 600_000, fallback: DEFAULT_BREAKER.pauseMs });
  return failures === 0 ? null : { failures, pauseMs };
}
