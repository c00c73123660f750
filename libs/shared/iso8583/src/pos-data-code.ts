/** How the card was read and the holder proved, in our own words. */
export interface PosSituation {
  readonly entryMode: 'chip' | 'contactless' | 'stripe' | 'keyed' | 'ecommerce' | 'stored_credential';
  readonly holderProof?:
    'none' | 'offline_pin' | 'online_pin' | 'signature' | 'device' | 'three_ds' | 'three_ds_attempted';
  /** A clerk stands at the till; false for vending and self-service. Default true. */
  readonly isAttended?: boolean;
  /** The stripe of a chip card whose chip could not be read. */
  readonly isFallback?: boolean;
}

/** What a link writes where the public table has no value; each acquirer has letters of its own. */
export interface PosLetters {
  /** Position 1: a reader of contactless and contact chips. */
  readonly contactlessInput: string;
  /** Position 7: a contactless chip; the stripe in place of a chip that failed. */
  readonly contactlessMode: string;
  readonly fallbackMode: string;
  /** Position 8: the holder's own device verified him. */
  readonly deviceMethod: string;
}

const TSN93_LETTERS: PosLetters = { contactlessInput: 'M', contactlessMode: 'M', fallbackMode: 'F', deviceMethod: 'D' };

/** Positions 1, 5, 6, 7, 10 and 11 follow from how the card was read. */
const BY_ENTRY = {
  chip: { input: '5', holder: '0', card: '1', mode: '5', output: '3', terminal: '4' },
  contactless: { input: '', holder: '0', card: '1', mode: '', output: '1', terminal: '4' }, // letters of the link
  stripe: { input: '2', holder: '0', card: '1', mode: '2', output: '1', terminal: '4' },
  keyed: { input: '6', holder: '0', card: '1', mode: '6', output: '1', terminal: '4' },
  ecommerce: { input: '1', holder: 'S', card: '0', mode: 'S', output: '1', terminal: '1' },
  stored_credential: { input: '1', holder: '4', card: '0', mode: '1', output: '1', terminal: '1' },
} as const;

/** Position 8 how the holder was authenticated, position 9 by whom. */
const BY_PROOF = {
  none: '00',
  offline_pin: '11',
  online_pin: '13',
  signature: '54',
  device: '5', // after the letter of the link
  three_ds: 'S3',
  three_ds_attempted: 'A3',
} as const;

/**
 * Point of service data code (field 22), 12 positions.
 * @param letters those of the link; of TSN-93 unless its profile has others
 * @source iso8583-1993.md §7
 * @example posDataCode({ entryMode: 'chip', holderProof: 'offline_pin' }) // '510101511344'
 */
export function posDataCode(situation: PosSituation, letters: PosLetters = TSN93_LETTERS): string {
  const { entryMode, holderProof = 'none', isAttended = true } = situation;
  const entry = BY_ENTRY[entryMode];
  const isInShop = entry.card === '1';
  const place = isInShop ? (isAttended ? '1' : '2') : '0';
  const hasPinPad = hasPin(entryMode, holderProof);
  return [
    entryMode === 'contactless' ? letters.contactlessInput : entry.input,
    hasPinPad ? '1' : '0',
    '0',
    place,
    entry.holder,
    entry.card,
    inputMode(situation, letters),
    `${holderProof === 'device' ? letters.deviceMethod : ''}${BY_PROOF[holderProof]}`,
    entry.output,
    entry.terminal,
    pinCapture(entryMode, hasPinPad),
  ].join('');
}

function inputMode({ entryMode, isFallback }: PosSituation, letters: PosLetters): string {
  if (entryMode === 'contactless') return letters.contactlessMode;
  return entryMode === 'stripe' && isFallback === true ? letters.fallbackMode : BY_ENTRY[entryMode].mode;
}

/** Readers of chip and stripe have a PIN pad (J-Debit needs one); a tap proves a pad only when a PIN was asked. */
function hasPin(entryMode: PosSituation['entryMode'], proof: NonNullable<PosSituation['holderProof']>): boolean {
  return entryMode === 'chip' || entryMode === 'stripe' || proof === 'online_pin';
}

function pinCapture(entryMode: PosSituation['entryMode'], hasPinPad: boolean): string {
  if (hasPinPad) return '4';
  return entryMode === 'contactless' ? '1' : '0';
}
