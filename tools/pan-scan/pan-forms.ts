/** One byte pattern that must not be found outside the card zone, and which form of which card it is. */
export interface PanPattern {
  /** `first6…last4/form`: enough to find the leak, not enough to be one. */
  readonly label: string;
  readonly bytes: Buffer;
}

/** Published test numbers of the brands' and processors' documentation; every simulated card of the house is one of these. */
export const PUBLISHED_TEST_PANS: readonly string[] = [
  '4111111111111111',
  '4012888888881881',
  '4242424242424242',
  '4300020000009784',
  '4123320000004107',
  '4000056655665556',
  '4761739001010119',
  '4761739001010010',
  '5555555555554444',
  '5105105105105100',
  '5204740000009781',
  '5454545454545454',
  '5413330089010012',
  '2223003122003222',
  '2223000048400011',
  '3530111333300000',
  '3566002020360505',
  '3566111111111113',
  '3569990010095841',
  '378282246310005',
  '371449635398431',
  '374245455400126',
  '30569309025904',
  '38520000023237',
  '36227206271667',
  '6011111111111117',
  '6011000990139424',
  '6200000000000005',
  '6200000000000047',
  '6205500000000000004',
  '6212345678901232',
  '6212345678900000003',
  '6250941006528599',
];

/** Digits of a part of a number that a counter, a zero-filled amount or a run of padding would also show. */
const PART_DISTINCT_DIGITS_MIN = 5;

const ZERO_RUN = 3;
/** `424242…` packed is a row of one byte, as any fill pattern in a program's memory. */
const PACKED_DISTINCT_BYTES_MIN = 3;

const EBCDIC_ZERO = 0xf0;

/**
 * All forms of security-reliability.md C1 for each number.
 *
 * Left out are the two part forms (first 12, last 10 digits) where the part has fewer than five different digits, and the packed
 * forms that are mostly zero bytes, or of one or two different bytes: `1111111111`, `0000000005`, `00 00 00 05` and `$$$$$$$` stand in every
 * database or memory for other reasons.
 * Such a number keeps its other forms; what is left out is listed by {@link skippedForms}.
 */
export function panPatterns(pans: readonly string[] = PUBLISHED_TEST_PANS): PanPattern[] {
  return pans.flatMap((pan) => {
    const name = `${pan.slice(0, 6)}…${pan.slice(-4)}`;
    return [...wholeForms(pan).filter(([form, bytes]) => !isPadding(form, bytes)), ...partForms(pan)].map(
      ([form, bytes]) => ({
        label: `${name}/${form}`,
        bytes,
      }),
    );
  });
}

/** Forms that this number cannot be looked for without false alarms; printed with every report. */
export function skippedForms(pans: readonly string[] = PUBLISHED_TEST_PANS): string[] {
  return pans.flatMap((pan) => {
    const parts = { 'first-12': pan.slice(0, 12), 'last-10': pan.slice(-10) };
    const weakParts = Object.entries(parts).filter(([, digits]) => !isTelling(digits));
    const weakWholes = wholeForms(pan).filter(([form, bytes]) => isPadding(form, bytes));
    return [...weakParts, ...weakWholes].map(([form]) => `${pan.slice(0, 6)}…${pan.slice(-4)}/${form}`);
  });
}

function wholeForms(pan: string): [string, Buffer][] {
  const ascii = Buffer.from(pan, 'latin1');
  const ebcdic = Buffer.from([...pan].map((digit) => EBCDIC_ZERO + Number(digit)));
  const utf16 = Buffer.from(pan, 'utf16le');
  return [
    ['plain', ascii],
    ['spaced', Buffer.from(grouped(pan, ' '), 'latin1')],
    ['dashed', Buffer.from(grouped(pan, '-'), 'latin1')],
    ['bcd', packed(pan)],
    ['bcd-shifted', packed(pan.slice(1))],
    ['utf16le', utf16],
    ['utf16be', Buffer.from(utf16).swap16()],
    ['hex', Buffer.from(ascii.toString('hex'), 'latin1')],
    ['ebcdic', ebcdic],
    ['ebcdic-hex', Buffer.from(ebcdic.toString('hex'), 'latin1')],
    ['ebcdic-HEX', Buffer.from(ebcdic.toString('hex').toUpperCase(), 'latin1')],
    ['base64-0', base64Core(ascii, 0)],
    ['base64-1', base64Core(ascii, 1)],
    ['base64-2', base64Core(ascii, 2)],
  ];
}

function partForms(pan: string): [string, Buffer][] {
  const parts: [string, string][] = [
    ['first-12', pan.slice(0, 12)],
    ['last-10', pan.slice(-10)],
  ];
  return parts.filter(([, digits]) => isTelling(digits)).map(([form, digits]) => [form, Buffer.from(digits, 'latin1')]);
}

/** Packed digits with a run of zero bytes look like any small number in a binary file, those of one byte like a fill pattern. */
function isPadding(form: string, bytes: Buffer): boolean {
  return (
    form.startsWith('bcd') &&
    (bytes.includes(Buffer.alloc(ZERO_RUN)) || new Set(bytes).size < PACKED_DISTINCT_BYTES_MIN)
  );
}

function isTelling(digits: string): boolean {
  return new Set(digits).size >= PART_DISTINCT_DIGITS_MIN;
}

/** As printed on a card: groups of four, or 4-6-5 and 4-6-4 for the two short lengths. */
function grouped(pan: string, separator: string): string {
  if (pan.length === 15 || pan.length === 14) return [pan.slice(0, 4), pan.slice(4, 10), pan.slice(10)].join(separator);
  return (pan.match(/.{1,4}/g) ?? []).join(separator);
}

/** Whole bytes only: an odd last digit shares its byte with something unknown. */
function packed(digits: string): Buffer {
  return Buffer.from(digits.slice(0, digits.length & ~1), 'hex');
}

/**
 * The base64 characters that these bytes always give when they start `offset` bytes after a group of three.
 * Characters that also carry bits of a neighbour are cut off.
 */
function base64Core(bytes: Buffer, offset: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return Buffer.from(text.slice(first, last), 'latin1');
}
