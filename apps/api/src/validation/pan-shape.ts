const RUN = /[0-9](?:[ -]?[0-9]){12,18}/g;

/** First digits and lengths of the brands we know. A number outside them is somebody's order number. */
const BRANDS =
  /^(?:4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}|35(?:2[89]|[3-8][0-9])[0-9]{12}|3(?:0[0-5]|[689][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|62[0-9]{14,17})$/;

/** One UUID in some ten thousand holds such a run by chance; what is a UUID as a whole is no card number. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text holds what may be a card number: a run of 13 to 19 digits of a brand that passes the Luhn check. */
export function holdsCardNumber(text: string): boolean {
  if (UUID.test(text)) return false;
  for (const [run] of text.matchAll(RUN)) {
    const digits = run.replaceAll(/[ -]/g, '');
    if (BRANDS.test(digits) && passesLuhn(digits)) return true;
  }
  return false;
}

/** @source ISO/IEC 7812-1 annex B */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.at(-1 - index));
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
