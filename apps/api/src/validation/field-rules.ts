import { applyDecorators } from '@nestjs/common';
import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import { Type } from 'class-transformer';
import { AMOUNT_MINOR_MAX, isCurrency } from '@tsunagu/kernel';
import type { FieldCode } from '../problem/field-texts.js';
import { holdsCardNumber } from './pan-shape.js';

/** Why a value is refused, or undefined when it is good. */
type Check = (value: unknown, siblings: Record<string, unknown>) => FieldCode | undefined;

/**
 * A class-validator rule whose message is our field code.
 * One rule a field: the first thing that is wrong is reported, and no later check runs on a value of the wrong type.
 */
function field(name: string, check: Check): PropertyDecorator {
  const run = (value: unknown, args?: ValidationArguments) =>
    value === undefined ? 'required' : check(value, (args?.object ?? {}) as Record<string, unknown>);
  return ValidateBy({
    name,
    validator: {
      validate: (value, args) => run(value, args) === undefined,
      defaultMessage: (args) => run(args?.value, args) ?? 'invalid_format',
    },
  });
}

/** The parameter may be left out; `null` is not the same as left out. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** The same, but for what the other parameters make necessary. */
export const OptionalUnless = (isNeeded: (siblings: Record<string, unknown>) => boolean): PropertyDecorator =>
  ValidateIf((siblings: Record<string, unknown>, value) => value !== undefined || isNeeded(siblings));

/** A text of a pattern: the length is checked before the pattern runs. */
export const Text = (pattern: RegExp, maxLength: number): PropertyDecorator =>
  field('text', (value) => {
    if (typeof value !== 'string') return 'not_string';
    if (value.length > maxLength) return 'too_long';
    if (!pattern.test(value)) return 'invalid_format';
    return holdsCardNumber(value) ? 'contains_pan' : undefined;
  });

/** Hex of whole bytes, either case; binary data, so digits in it prove nothing. */
export const Hex = (bytes: { min: number; max: number }): PropertyDecorator =>
  field('hex', (value) => {
    if (typeof value !== 'string') return 'not_string';
    if (value.length > bytes.max * 2) return 'too_long';
    if (value.length < bytes.min * 2 || value.length % 2 === 1) return 'invalid_format';
    return /^[0-9A-Fa-f]+$/.test(value) ? undefined : 'invalid_format';
  });

/** Base64 of binary data, padded; digits in it prove nothing. */
export const Base64 = (bytes: { min: number; max: number }): PropertyDecorator =>
  field('base64', (value) => {
    if (typeof value !== 'string') return 'not_string';
    if (value.length > Math.ceil(bytes.max / 3) * 4) return 'too_long';
    if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return 'invalid_format';
    const length = Buffer.from(value, 'base64').length;
    return length < bytes.min || length > bytes.max ? 'invalid_format' : undefined;
  });

export const OneOf = (allowed: readonly string[]): PropertyDecorator =>
  field('oneOf', (value) => {
    if (typeof value !== 'string') return 'not_string';
    return allowed.includes(value) ? undefined : 'not_in_list';
  });

export const Whole = (range: { min: number; max: number }): PropertyDecorator =>
  field('whole', (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'not_integer';
    return value < range.min || value > range.max ? 'out_of_range' : undefined;
  });

/** Minor units of a movement: 1 to 12 digits, never zero. */
export const Amount = (): PropertyDecorator => Whole({ min: 1, max: AMOUNT_MINOR_MAX });

export const Currency = (): PropertyDecorator =>
  field('currency', (value) => (typeof value === 'string' && isCurrency(value) ? undefined : 'not_in_list'));

export const Flag = (): PropertyDecorator =>
  field('flag', (value) => (typeof value === 'boolean' ? undefined : 'not_boolean'));

/** A rule that needs the sibling fields. */
export const Fits = (check: Check): PropertyDecorator => field('fits', check);

/** One to `max` texts of a kind, each of at most 80 characters. */
export const ListOf = (isOne: (text: string) => boolean, max: number): PropertyDecorator =>
  field('listOf', (value) => {
    if (!Array.isArray(value)) return 'not_array';
    if (value.length > max) return 'too_many';
    const isGood = (each: unknown) => typeof each === 'string' && each.length <= 80 && isOne(each);
    return value.length > 0 && value.every(isGood) ? undefined : 'not_in_list';
  });

/** A nested object of its own class; an array in its place is refused, not mapped. */
export const Nested = (type: () => new () => object): PropertyDecorator =>
  applyDecorators(
    field('nested', (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'not_object',
    ),
    ValidateNested(),
    Type(type),
  );

/** One to `max` objects of a class. */
export const NestedList = (type: () => new () => object, max: number): PropertyDecorator =>
  applyDecorators(
    field('nestedList', (value) => {
      if (!Array.isArray(value)) return 'not_array';
      if (value.length === 0) return 'required';
      if (value.length > max) return 'too_many';
      const isObject = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
      return value.every(isObject) ? undefined : 'not_object';
    }),
    ValidateNested({ each: true }),
    Type(type),
  );

const METADATA_KEY = /^[A-Za-z0-9_-]{1,40}$/;
const METADATA_KEYS_MAX = 50;
const METADATA_VALUE_MAX = 500;
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Names and short texts of the merchant's own. @source api-conventions.md §2 */
export const Metadata = (): PropertyDecorator =>
  field('metadata', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_object';
    const entries = Object.entries(value);
    if (entries.length > METADATA_KEYS_MAX) return 'too_many';
    for (const [key, each] of entries) {
      const wrong = wrongEntry(key, each);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  });

function wrongEntry(key: string, value: unknown): FieldCode | undefined {
  if (FORBIDDEN_KEYS.includes(key)) return 'forbidden_key';
  if (!METADATA_KEY.test(key)) return 'invalid_format';
  if (typeof value !== 'string') return 'not_string';
  if (value.length > METADATA_VALUE_MAX) return 'too_long';
  if (/\p{Cc}/u.test(value) || value !== value.normalize('NFC')) return 'invalid_text';
  return holdsCardNumber(value) || holdsCardNumber(key) ? 'contains_pan' : undefined;
}
