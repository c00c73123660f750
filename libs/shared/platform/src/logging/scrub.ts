/** Row ids, which are left alone; or runs of 12 or more digits, with at most one space, dash or dot between two of them. */
const DIGIT_RUN = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d(?:[ .-]?\d){11,}/g;
const ROW_ID_LENGTH = 36;
const PAN_DIGITS_MAX = 19;

/** Whether the digits end in their own check digit. @source ISO/IEC 7812-1:2017, annex B */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const weighted = i % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/**
 * Blank everything that looks like a card number: 12 to 19 digits with a right check digit, plain, spaced or dashed,
 * also inside longer runs of digits. The last line of defence of the log, not the first.
 */
export function scrubCardNumbers(text: string): string {
  return text.replace(DIGIT_RUN, (run) => {
    const isRowId =
      run.length === ROW_ID_LENGTH && run[8] === '-' && run[13] === '-' && run[18] === '-' && run[23] === '-';
    return !isRowId && holdsCardNumber(run.replace(/\D/g, '')) ? '[card number]' : run;
  });
}

function holdsCardNumber(digits: string): boolean {
  if (digits.length > PAN_DIGITS_MAX + 13) return true; // nothing we log has 33 digits in a row
  for (let from = 0; from + 12 <= digits.length; from += 1) {
    for (let length = 12; length <= PAN_DIGITS_MAX && from + length <= digits.length; length += 1) {
      const isWhole = from === 0 && length === digits.length;
      if ((isWhole || length >= 14) && isLuhnValid(digits.slice(from, from + length))) return true;
    }
  }
  return false;
}
