import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FAMILIES } from './families/index.js';
import { isoCases } from './families/iso-file.js';
import type { Family } from './family.js';
import { VectorCase } from './vector-case.js';

/** The file cannot be run at all; the message names the file and the rule, never its content. */
export class VectorFileError extends Error {}

/** One case with its name. */
export interface NamedCase {
  readonly id: string;
  readonly value: unknown;
}

/** A file, read: its family and its cases. */
export interface VectorFile {
  readonly name: string;
  readonly family: Family;
  readonly cases: readonly NamedCase[];
  /** What is odd about the file without failing it. */
  readonly warnings: readonly string[];
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** @throws VectorFileError unreadable, not JSON, without cases, or of no known family */
export async function readVectorFile(path: string): Promise<VectorFile> {
  const name = basename(path);
  return parseVectorFile(name, await textOf(path, name));
}

/** The same from text. @throws VectorFileError as {@link readVectorFile} */
export function parseVectorFile(name: string, text: string): VectorFile {
  const file = objectOf(name, text);
  const cases = Array.isArray(file['cases']) ? namedCases(file['cases']) : isoCases(file);
  if (cases.length === 0) throw new VectorFileError(`${name} has no cases`);
  const family = familyOf(cases);
  if (family === undefined) {
    const known = FAMILIES.map((each) => each.name).join(', ');
    throw new VectorFileError(`${name} holds cases of no known family; known are ${known}`);
  }
  const count = file['caseCount'];
  const warnings =
    count !== undefined && count !== cases.length ? [`${name} announces another number of cases than it holds`] : [];
  return { name, family, cases, warnings };
}

async function textOf(path: string, name: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > FILE_BYTES_MAX) throw new VectorFileError(`${name} is too large`);
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof VectorFileError) throw error;
    throw new VectorFileError(`${name} cannot be read: ${whyUnreadable(error)}`);
  }
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'it is a folder; name the files in it' : 'this user may not';
}

function objectOf(name: string, text: string): Record<string, unknown> {
  if (text.trim() === '') throw new VectorFileError(`${name} is empty`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VectorFileError(`${name} is not JSON${placeOf(error, text)}`);
  }
  if (Array.isArray(value)) return { cases: value };
  if (typeof value !== 'object' || value === null) throw new VectorFileError(`${name} is not a vector file`);
  return value as Record<string, unknown>;
}

/** Where the parser stopped. Its message quotes the file, so only the place is taken from it. */
function placeOf(error: unknown, text: string): string {
  const position = /position ([0-9]+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? '' : `: see line ${text.slice(0, Number(position)).split('\n').length}`;
}

function namedCases(values: readonly unknown[]): NamedCase[] {
  return values.map((value, index) => {
    const id: unknown =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['id'] : undefined;
    return { id: typeof id === 'string' && id !== '' ? id : `#${index + 1}`, value };
  });
}

/** The family of most cases: one odd case fails alone, instead of taking its file along. */
function familyOf(cases: readonly NamedCase[]): Family | undefined {
  const votes = FAMILIES.map((family) => cases.filter(({ value }) => recognises(family, value)).length);
  const most = Math.max(...votes);
  return most === 0 ? undefined : FAMILIES[votes.indexOf(most)];
}

/** Whether a case is of this family by its members; what is no object, or has a member of another kind, is of none. */
export function recognises(family: Family, value: unknown): boolean {
  try {
    return family.recognises(VectorCase.of(value));
  } catch {
    return false; // VectorCase says what is odd when the case runs
  }
}
