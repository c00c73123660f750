import type { FieldCode } from '../problem/field-texts.js';

type QueryCheck = (value: unknown) => FieldCode | undefined;

/** A whole number in a query: digits only, no sign, no leading zero. */
export function wholeFits(range: { min: number; max: number }): QueryCheck {
  return (value) => {
    if (typeof value !== 'string') return 'repeated';
    if (value.length > 12 || !/^(?:0|[1-9][0-9]*)$/.test(value)) return 'not_integer';
    return Number(value) < range.min || Number(value) > range.max ? 'out_of_range' : undefined;
  };
}

/** One word of a list or several, separated by commas. */
export function wordsFit(isWord: (word: string) => boolean): QueryCheck {
  return (value) => {
    if (typeof value !== 'string') return 'repeated';
    if (value.length > 400) return 'too_long';
    return value.split(',').every(isWord) ? undefined : 'not_in_list';
  };
}

const INSTANT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/** An RFC 3339 instant of any offset, on a date that exists. */
export const instantFits: QueryCheck = (value) => {
  if (typeof value !== 'string') return 'repeated';
  const date = value.length > 35 ? undefined : INSTANT.exec(value)?.[1];
  if (date === undefined) return 'invalid_format';
  return isCalendarDate(date) && !Number.isNaN(Date.parse(value)) ? undefined : 'not_a_date';
};

/** `YYYY-MM-DD` that exists. */
export const dateFits: QueryCheck = (value) => {
  if (typeof value !== 'string') return 'repeated';
  if (value.length > 10 || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return 'invalid_format';
  return isCalendarDate(value) ? undefined : 'not_a_date';
};

/** JavaScript rolls February 30th over into March; a merchant did not mean March. */
function isCalendarDate(date: string): boolean {
  const at = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}
