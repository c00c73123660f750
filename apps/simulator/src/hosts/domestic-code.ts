import { writePrivateTlv } from '@tsunagu/iso8583';

/** Amounts of 742,000 to 742,999 yen are refused with a code of Japanese card terminals. */
const FIRST = 742_000;
const LAST = 742_999;
/** Tag of field 48, as the profiles of `jcb` and `acq` read it. @source ADR 0066: the choice of this sandbox, unverified */
const TAG = 'JP08';

/** Action codes beside the domestic ones; any other goes with 100. @source iso8583-1993.md §11, column of G-codes, read backwards */
const ACTION_OF: Readonly<Record<string, string>> = {
  G02: '116', G03: '121', G04: '116', G05: '121', G06: '116', G07: '123', G12: '104', G22: '104', G30: '107', G42: '117',
  G54: '123', G55: '121', G56: '200', G60: '208', G61: '210', G65: '111', G78: '115', G83: '101', G85: '114', G92: '912',
  G95: '912', G96: '104', G98: '120', G99: '912', C20: '119',
}; // prettier-ignore

/** A refusal as a Japanese card company gives it. */
export interface DomesticRefusal {
  readonly actionCode: string;
  readonly domesticCode: string;
}

/**
 * What an amount makes such a card company say: 742,001 to 742,099 the code G with its last two digits, in a table or not; 742,120 C20;
 * 742,100 do not honour, with characters that are no code at all.
 * @param amountMinor minor units of any currency
 * @returns undefined where the amount means nothing here
 * @example domesticRefusal(742_055) // { actionCode: '121', domesticCode: 'G55' }
 */
export function domesticRefusal(amountMinor: number): DomesticRefusal | undefined {
  if (amountMinor < FIRST || amountMinor > LAST) return undefined;
  const code = codeOf(amountMinor - FIRST);
  return code === undefined ? undefined : { actionCode: ACTION_OF[code] ?? '100', domesticCode: code };
}

function codeOf(number: number): string | undefined {
  if (number === 100) return 'g?5';
  if (number === 120) return 'C20';
  return number >= 1 && number <= 99 ? `G${String(number).padStart(2, '0')}` : undefined;
}

/** Field 48 of a refusal that carries a code. */
export function domesticField(code: string | undefined): string | undefined {
  return code === undefined ? undefined : writePrivateTlv([[TAG, code]]);
}
