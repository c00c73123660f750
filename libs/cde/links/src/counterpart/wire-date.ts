/**
 * Fields 15, 28 and 73 to YYYY-MM-DD.
 * @param digits YYMMDD, in this century
 * @returns undefined when it is no date
 */
export function isoDate(digits: string | undefined): string | undefined {
  if (digits === undefined || !/^\d{6}$/.test(digits)) return undefined;
  const date = `20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4, 6)}`;
  const at = Date.parse(date);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? undefined : date;
}

/** YYYY-MM-DD to YYMMDD. */
export function wireDate(date: string): string {
  return date.replaceAll('-', '').slice(2);
}
