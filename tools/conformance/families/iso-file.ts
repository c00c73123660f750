import { BYTE_NAMES, CHUNK_NAMES } from './iso-stream.js';

/** A case of an ISO 8583 file, with the part of the file that it belongs to. */
interface IsoCase {
  readonly id: string;
  readonly value: unknown;
}

/** Parts that describe the file and hold no cases. */
const TABLES: ReadonlySet<string> = new Set(['about', 'profiles', 'fields', 'errors']);

type Members = Readonly<Record<string, unknown>>;

/**
 * The cases of a file that has `messages`, `malformed`, `framings`, `streams` and `publicSample` in place of `cases`. Which part an entry is of
 * follows from its members, so another name of a list leaves nothing out; an entry of no part is a case that fails.
 * @returns empty for a file of another kind
 */
export function isoCases(file: Members): IsoCase[] {
  const lists = Object.entries(file).filter(([name]) => !TABLES.has(name));
  const cases = lists.flatMap(([name, value]) => casesOf(name, value));
  return cases.some(({ value }) => (value as Members)['isoPart'] !== 'unknown') ? cases : [];
}

function casesOf(list: string, value: unknown): IsoCase[] {
  if (isObject(value))
    return partOf(value) === undefined ? [] : [{ id: list, value: { ...value, isoPart: partOf(value) } }];
  if (!Array.isArray(value)) return [];
  return value.map((entry: unknown, index) => {
    const members = isObject(entry) ? entry : {};
    const { id } = members;
    return {
      id: typeof id === 'string' && id !== '' ? id : `${list}#${index + 1}`,
      value: { ...members, isoPart: partOf(members) ?? 'unknown' },
    };
  });
}

function partOf(entry: Members): string | undefined {
  const has = (...names: string[]): boolean => names.some((name) => entry[name] !== undefined);
  if (has('frameHex') && has('payloadHex')) return 'framings';
  if (has('frameHex') && has('fields')) return 'publicSample';
  if (has('framing') && has(...BYTE_NAMES, ...CHUNK_NAMES)) return 'streams';
  if (!has('hex') || !has('wire')) return undefined;
  return has('fields') ? 'messages' : 'malformed';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
