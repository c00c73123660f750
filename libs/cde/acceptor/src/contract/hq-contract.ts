import type { Framing, WireProfileName } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';
import { Entry, isRecord } from './contract-entry.js';

/** What a merchant's payment server may ask for on its line. */
export const HQ_RIGHTS = ['sale', 'auth', 'capture', 'refund', 'reversal', 'reconciliation', 'file_action'] as const;
export type HqRight = (typeof HQ_RIGHTS)[number];

/** A lane of the merchant: what fields 41 and 42 say, and which of our terminals it is. */
export interface HqTerminal {
  readonly terminal: string;
  readonly merchant: string;
  readonly terminalId: string;
}

/** The agreement behind one line that a merchant's payment server opens to us. The tenant follows from it, and from nothing in a message. */
export interface HqContract {
  /** Word in logs, metrics, references and the register. */
  readonly name: string;
  readonly tenantId: string;
  /** Acquirer and forwarding id that the server uses (fields 32 and 33). */
  readonly institution: string;
  readonly framing: Framing;
  readonly profile: WireProfileName;
  /** `dukpt`: ciphertext of a reader in field 48. `pan`: fields 2 and 35 in the clear; the vault tokenizes them before anything is stored. */
  readonly cards: ReadonlySet<'dukpt' | 'pan'>;
  readonly rights: ReadonlySet<HqRight>;
  readonly terminals: ReadonlyMap<string, HqTerminal>;
  /** Largest amount of one transaction, minor units. */
  readonly amountMaxMinor: number;
  /** Requests a second; reversals and advices are not counted. */
  readonly perSecondMax: number;
  /** Requests of one connection whose answer is owed. */
  readonly inFlightMax: number;
  /** Silence after which a connection is closed, milliseconds. */
  readonly idleMs: number;
  /** Longest wait for the outcome of a request: then it is answered 911 and undone. Below the server's own timer. */
  readonly answerMs: number;
  /** Minutes after midnight in Japan until which the former business date is still open. */
  readonly cutOffMinutes: number;
  /** SHA-256 fingerprints of the client certificates that open this line, upper-case hex. */
  readonly certificates: readonly string[];
}

/** Where merchants' payment servers connect. Without TLS only the sandbox listens, on this machine, for one line. */
export interface HqListenerConfig {
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly caFile: string } | null;
  /** The line of a listener without TLS. */
  readonly link: string | null;
}

/** The file of the lines that come in. */
export interface HqBook {
  /** Said in logs when it is read. */
  readonly version: string;
  readonly listeners: readonly HqListenerConfig[];
  readonly contracts: readonly HqContract[];
}

/** The file of incoming lines is wrong. Names the line and the entry, never a value. */
export class HqBookError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(link: string, entry: string, rule: string) {
    super(`file of incoming lines: ${entry} of ${link} ${rule}`, { link, entry });
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[a-z][a-z0-9-]{0,15}$/;
const FRAMINGS = ['be2', 'be4', 'ascii4', 'hex4', 'bcd2'] as const;
const PROFILES = ['ascii', 'hybrid', 'binary', 'binary-lp'] as const;
const CARDS = ['dukpt', 'pan'] as const;
/** The server waits 25 s; five of them are ours to tell it. @source iso8583-1993.md §13.9 */
const ANSWER_MS = 20_000;

/** Read the content of the file. @throws HqBookError naming the first entry that is wrong */
export function parseHqBook(content: unknown): HqBook {
  const book = new Entry('*', content, HqBookError);
  const contracts = book.records('links').map((entry) => parseContract(entry));
  const names = new Set(contracts.map(({ name }) => name));
  if (names.size !== contracts.length) throw new HqBookError('*', 'name', 'must be unique');
  const certificates = contracts.flatMap((contract) => contract.certificates);
  if (new Set(certificates).size !== certificates.length)
    throw new HqBookError('*', 'certificates', 'must belong to one line each');
  const listeners = book.records('listeners').map((entry) => parseListener(entry, names));
  return { version: book.text('version', /^[\x21-\x7e]{1,40}$/), listeners, contracts };
}

function parseContract(content: unknown): HqContract {
  const name = new Entry('#', content, HqBookError).text('name', NAME);
  const entry = new Entry(name, content, HqBookError);
  return {
    name,
    tenantId: entry.text('tenantId', UUID),
    institution: entry.text('institution', /^[0-9]{1,11}$/),
    framing: entry.choice('framing', FRAMINGS, 'be2'),
    profile: entry.choice('profile', PROFILES, 'hybrid'),
    cards: new Set(entry.choices('cards', CARDS)),
    rights: new Set(entry.choices('rights', HQ_RIGHTS)),
    terminals: parseTerminals(name, entry),
    amountMaxMinor: entry.whole('amountMaxMinor', { min: 1, max: 999_999_999_999, fallback: 999_999_999_999 }),
    perSecondMax: entry.whole('perSecondMax', { min: 1, max: 100_000, fallback: 50 }),
    inFlightMax: entry.whole('inFlightMax', { min: 1, max: 10_000, fallback: 256 }),
    idleMs: entry.whole('idleMs', { min: 100, max: 3_600_000, fallback: 130_000 }),
    answerMs: entry.whole('answerMs', { min: 100, max: 25_000, fallback: ANSWER_MS }),
    cutOffMinutes: entry.whole('cutOffMinutes', { min: 0, max: 720, fallback: 0 }),
    certificates: entry.texts('certificates', /^[0-9A-F]{64}$/),
  };
}

function parseTerminals(link: string, contract: Entry): HqContract['terminals'] {
  const rows = contract.records('terminals').map((content): HqTerminal => {
    const entry = new Entry(link, content, HqBookError);
    return {
      terminal: entry.text('terminal', /^[A-Za-z0-9]{1,8}$/),
      merchant: entry.text('merchant', /^[A-Za-z0-9]{1,15}$/),
      terminalId: entry.text('terminalId', UUID),
    };
  });
  const terminals = new Map(rows.map((row) => [row.terminal, row]));
  if (terminals.size !== rows.length) throw new HqBookError(link, 'terminal', 'must be unique');
  return terminals;
}

function parseListener(content: unknown, names: ReadonlySet<string>): HqListenerConfig {
  const entry = new Entry('listener', content, HqBookError);
  const tls = isRecord(content) && isRecord(content['tls']) ? new Entry('listener', content['tls'], HqBookError) : null;
  const link = tls === null ? entry.text('link', NAME) : null;
  if (link !== null && !names.has(link)) throw new HqBookError('listener', 'link', 'must name a line of this file');
  return {
    host: entry.text('host', /^[A-Za-z0-9.:-]{1,255}$/),
    port: entry.whole('port', { min: 0, max: 65_535 }),
    framing: entry.choice('framing', FRAMINGS, 'be2'),
    tls:
      tls === null
        ? null
        : {
            certFile: tls.text('certFile', /^.{1,1000}$/),
            keyFile: tls.text('keyFile', /^.{1,1000}$/),
            caFile: tls.text('caFile', /^.{1,1000}$/),
          },
    link,
  };
}
