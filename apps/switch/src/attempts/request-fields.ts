import type { CardBrand } from '@tsunagu/contracts';
import { AMOUNT_MINOR_MAX, AppError } from '@tsunagu/kernel';

export const BRANDS: readonly CardBrand[] = [
  'jcb',
  'visa',
  'mastercard',
  'amex',
  'diners',
  'discover',
  'unionpay',
  'unknown',
];

/** An internal request is not what the contract says. Names the field, never its value. */
export class RequestShapeError extends AppError {
  readonly code = 'parameter_invalid';
  readonly category = 'invalid';

  constructor(field: string) {
    super('the request is not what the contract says', { field });
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** Minor units, 1 to 12 digits. @throws RequestShapeError */
export function amountOf(fields: Fields, field: string): number {
  const value = fields[field];
  const isAmount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= AMOUNT_MINOR_MAX;
  if (!isAmount) throw new RequestShapeError(field);
  return value;
}

export function objectOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RequestShapeError(field);
  return value as Fields;
}

export function textOf(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new RequestShapeError(field);
  return value;
}

export function optionalText(fields: Fields, field: string, pattern: RegExp): string | undefined {
  const value = fields[field];
  return value === undefined || value === null ? undefined : textOf(fields, field, pattern);
}

export function oneOf<T extends string>(fields: Fields, field: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === fields[field]);
  if (found === undefined) throw new RequestShapeError(field);
  return found;
}
