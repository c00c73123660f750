import { RequestShapeError } from './vault-errors.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Fields = Record<string, unknown>;

/** Readers of internal request bodies; each throws RequestShapeError with the field's name. */

export function objectOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RequestShapeError(field);
  return value as Fields;
}

export function textOf(value: unknown, field: string, lengthMax: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > lengthMax) throw new RequestShapeError(field);
  return value;
}

export function requestText(fields: Fields, field: string, lengthMax: number): string {
  return textOf(fields[field], field, lengthMax);
}

export function uuidOf(fields: Fields, field: string): string {
  const value = textOf(fields[field], field, 36);
  if (!UUID.test(value)) throw new RequestShapeError(field);
  return value;
}

export function oneOf<T extends string>(fields: Fields, field: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === fields[field]);
  if (found === undefined) throw new RequestShapeError(field);
  return found;
}

export function matchOf(fields: Fields, field: string, form: RegExp, lengthMax = 255): string {
  const value = textOf(fields[field], field, lengthMax);
  if (!form.test(value)) throw new RequestShapeError(field);
  return value;
}

export function wholeOf(fields: Fields, field: string, range: { min: number; max: number }): number {
  const value = fields[field];
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= range.max;
  if (!isWhole) throw new RequestShapeError(field);
  return value;
}
