import { InvariantError } from '@tsunagu/kernel';
import type { CardBrand } from '@tsunagu/contracts';
import { BRAND_RANGES, type BrandRange } from './brand-ranges.js';

/** Digits that a range is compared in: the longest prefix of a table. An issuer's BIN has 6 or 8. */
const PREFIX_DIGITS = 8;

interface Row {
  readonly range: BrandRange;
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Ranges of leading digits with the days on which they hold. The narrowest range that holds a PAN on a day wins, so a table may
 * carve a shared range out of a wider one.
 */
export class BinTable {
  readonly #rows: readonly Row[];

  /** @throws InvariantError a row that is no range of digits or days */
  constructor(ranges: readonly BrandRange[]) {
    this.#rows = ranges.map(rowOf).sort((a, b) => a.to - a.from - (b.to - b.from));
  }

  /**
   * @param pan ASCII digits
   * @param on the instant the card is used at; without one the days are not looked at
   * @returns undefined when no range holds this PAN
   */
  find(pan: Buffer, on?: Date): BrandRange | undefined {
    const prefix = leadingDigits(pan);
    const at = on?.getTime();
    const row = this.#rows.find(
      ({ range: { digits }, from, to, fromMs, untilMs }) =>
        prefix >= from &&
        prefix <= to &&
        pan.length >= digits[0] &&
        pan.length <= digits[1] &&
        (at === undefined || (at >= fromMs && at < untilMs)),
    );
    return row?.range;
  }
}

const BUILT_IN = new BinTable(BRAND_RANGES);

/** Brand of a PAN by its leading digits and length, from the built-in ranges. @param pan ASCII digits */
export function brandOf(pan: Buffer, on?: Date): CardBrand {
  return BUILT_IN.find(pan, on)?.brand ?? 'unknown';
}

/** Every network that takes the card, its own brand first; empty for an unknown one. @param pan ASCII digits */
export function networksOf(pan: Buffer, on?: Date): readonly CardBrand[] {
  const range = BUILT_IN.find(pan, on);
  return range === undefined ? [] : [range.brand, ...(range.alsoOn ?? [])];
}

function rowOf(range: BrandRange): Row {
  const isRange = /^[0-9]{1,8}$/.test(range.from) && range.to.length === range.from.length && range.to >= range.from;
  const fromMs = range.validFrom === undefined ? -Infinity : Date.parse(range.validFrom);
  const untilMs = range.validUntil === undefined ? Infinity : Date.parse(range.validUntil);
  if (!isRange || !/^[0-9]+$/.test(range.to) || !(fromMs < untilMs)) {
    throw new InvariantError('a BIN range is two prefixes of one length, in order, and so are its days');
  }
  const [from, to] = [Number(range.from.padEnd(PREFIX_DIGITS, '0')), Number(range.to.padEnd(PREFIX_DIGITS, '9'))];
  return { range, from, to, fromMs, untilMs };
}

/** As a number: a card number becomes no string here. */
function leadingDigits(pan: Buffer): number {
  let value = 0;
  for (let i = 0; i < PREFIX_DIGITS; i += 1) value = value * 10 + ((pan[i] ?? 0x30) - 0x30);
  return value;
}
