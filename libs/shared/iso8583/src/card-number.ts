const LENGTH_MIN = 13;
const LENGTH_MAX = 19;
/** Amounts of twelve digits, each below a billion: digits enough for a card number, and none. */
const AMOUNTS = /^(?:0{3}\d{9})+$/;

/**
 * Whether a text may hold a card number where none belongs: a counterpart can put one anywhere, and a damaged bitmap moves it.
 * Looks at every 13 to 19 digits in a row that begin like a card and keep the Luhn rule; now and then that is another number by chance,
 * which costs nothing but a mask.
 */
export function mayHoldCardNumber(text: string): boolean {
  if (text.length < LENGTH_MIN || AMOUNTS.test(text)) return false;
  return (text.match(/\d{13,}/g) ?? []).some(holdsOne);
}

function holdsOne(run: string): boolean {
  for (let from = 0; from + LENGTH_MIN <= run.length; from++) {
    const first = run.charCodeAt(from) - 48;
    if (first < 2 || first > 6) continue;
    const longest = Math.min(LENGTH_MAX, run.length - from);
    for (let length = LENGTH_MIN; length <= longest; length++) {
      if (isLuhn(run, from, length)) return true;
    }
  }
  return false;
}

function isLuhn(run: string, from: number, length: number): boolean {
  let sum = 0;
  for (let index = 0; index < length; index++) {
    const digit = run.charCodeAt(from + length - 1 - index) - 48;
    const weighed = (index & 1) === 1 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
