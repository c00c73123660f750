import type { CardBrand } from '@tsunagu/contracts';
import type { VirtualWorld } from './virtual-world.js';

/** One request after the charge. Its name is its key: every retry of it is the same request. */
export interface Move {
  readonly name: string;
  readonly what: 'capture' | 'increase' | 'release' | 'refund' | 'cancel' | 'ensure_cancelled';
  readonly amountMinor?: number;
  readonly isFinal?: boolean;
}

/** Moves that are made one after the other; those of one group are made at the same moment. */
type Story = readonly (readonly Move[])[];

/** One thing that a customer wants; decided before anything is sent, and named the same in every retry. */
export interface Intent {
  readonly reference: string;
  readonly kind: 'sale' | 'auth';
  readonly amountMinor: number;
  readonly brand: CardBrand;
  /** What the holder does when asked for a currency; null: the till does not ask. */
  readonly currency: CurrencyAnswer | null;
  /** What the holder does when the issuer asks for a PIN. */
  readonly pin: 'typed' | 'typed twice at once' | 'walks away' | 'cancels';
  /** What the holder does when a tap is not enough, and the chip is to be inserted. */
  readonly chip: 'inserted' | 'inserted twice at once' | 'another card first' | 'walks away' | 'cancels';
  /** What the clerk does when the card company wants to be called (電話承認). */
  readonly call: 'posted' | 'posted twice at once' | 'not called';
  readonly story: string;
  readonly moves: Story;
  /** Send the same request twice at once: a proxy that retries, or a nervous clerk. */
  readonly isDoubled: boolean;
}

/** `both at once`: a till and its twin say the opposite; `too late`: the offer has run out, and a new one is asked for. */
export type CurrencyAnswer = 'foreign' | 'local' | 'both at once' | 'too late' | 'walks away' | 'cancels';
/** Whoever walks away makes everybody wait for three minutes, of which there is little to learn. */
const CURRENCY_ANSWERS: readonly CurrencyAnswer[] = [
  ...Array.from({ length: 7 }, () => 'foreign' as const),
  ...Array.from({ length: 3 }, () => 'local' as const),
  ...Array.from({ length: 3 }, () => 'both at once' as const),
  ...Array.from({ length: 3 }, () => 'too late' as const),
  'walks away',
  'cancels',
];
const PIN_ANSWERS: readonly Intent['pin'][] = [
  'typed',
  'typed',
  'typed',
  'typed twice at once',
  'typed twice at once',
  'walks away',
  'cancels',
];

const CHIP_ANSWERS: readonly Intent['chip'][] = [
  'inserted',
  'inserted',
  'inserted',
  'inserted twice at once',
  'inserted twice at once',
  'another card first',
  'another card first',
  'walks away',
  'cancels',
];
const CALLS: readonly Intent['call'][] = [
  'posted',
  'posted',
  'posted twice at once',
  'posted twice at once',
  'not called',
];

/** Brands whose rules differ: more can be asked for, or the one capture may exceed the authorization and be taken back. */
const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'unionpay'];

const refund = (amountMinor?: number, name = 'refund'): Move => ({ name, what: 'refund', ...part(amountMinor) });
const capture = (amountMinor?: number, name = 'capture'): Move => ({ name, what: 'capture', ...part(amountMinor) });
const CANCEL: Move = { name: 'cancel', what: 'cancel' };
const GIVE_UP: Move = { name: 'give-up', what: 'ensure_cancelled' };

/** Taps above the limit at which the holder is to be verified; up to which nothing is asked. */
const ABOVE_TAP_LIMIT_SHARE = 0.2;
const TAP_LIMIT = 15_000;

/** Of sales: those whose till asks for the holder's own currency. */
const DCC_SHARE = 0.4;

/** What becomes of a sale. Amounts are of the sale; a part of nothing is refused, and that is an answer too. */
const AFTER_SALE: Readonly<Record<string, (amountMinor: number) => Story>> = {
  nothing: () => [],
  refund: () => [[refund()]],
  'refund of a half': (whole) => [[refund(half(whole))]],
  'refund in three parts': (whole) => [
    [refund(third(whole), 'a')],
    [refund(third(whole), 'b')],
    [refund(undefined, 'rest')],
  ],
  'two refunds at once that exceed the sale': (whole) => [[refund(half(whole) + 1, 'a'), refund(half(whole) + 1, 'b')]],
  cancel: () => [[CANCEL]],
  'cancel and refund at once': (whole) => [[CANCEL, refund(half(whole))]],
  'ensure cancelled': () => [[GIVE_UP]],
};

const AFTER_AUTHORIZATION: Readonly<Record<string, (amountMinor: number) => Story>> = {
  nothing: () => [],
  capture: () => [[capture()]],
  'capture in three parts': (whole) => [
    [{ ...capture(third(whole), 'a'), isFinal: false }],
    [{ ...capture(third(whole), 'b'), isFinal: false }],
    [capture(undefined, 'rest')],
  ],
  'capture of a half, release of the rest': (whole) => [
    [{ ...capture(half(whole)), isFinal: false }],
    [{ name: 'release', what: 'release' }],
  ],
  'last capture of a half, refund of a part of it': (whole) => [
    [{ ...capture(half(whole)), isFinal: true }],
    [refund(third(whole))],
  ],
  'increase, then capture of all': (whole) => [
    [{ name: 'increase', what: 'increase', amountMinor: half(whole) }],
    [capture()],
  ],
  'increase and capture at once': (whole) => [
    [{ name: 'increase', what: 'increase', amountMinor: half(whole) }, capture()],
  ],
  'two captures at once that exceed the authorization': (whole) => [
    [
      { ...capture(half(whole) + 1, 'a'), isFinal: false },
      { ...capture(half(whole) + 1, 'b'), isFinal: false },
    ],
  ],
  'capture beyond the authorization, within the tolerance of some brands': (whole) => [
    [capture(Math.floor(whole * 1.15))],
  ],
  'capture beyond any tolerance': (whole) => [[capture(Math.floor(whole * 1.15) + 1)], [capture(undefined, 'all')]],
  'capture, then all of it back': () => [[capture()], [refund()]],
  'capture and cancel at once': () => [[capture(), CANCEL]],
  cancel: () => [[CANCEL]],
  'ensure cancelled': () => [[GIVE_UP]],
};

/** The seeded wish of one customer. */
export function drawIntent({ random }: VirtualWorld, reference: string): Intent {
  const kind = random.chance(0.5) ? 'auth' : 'sale';
  const stories = kind === 'auth' ? AFTER_AUTHORIZATION : AFTER_SALE;
  const story = random.pick(Object.keys(stories));
  const amountMinor = random.between(1, 9_999) + (random.chance(ABOVE_TAP_LIMIT_SHARE) ? TAP_LIMIT : 0);
  const currency = kind === 'sale' && random.chance(DCC_SHARE) ? random.pick(CURRENCY_ANSWERS) : null;
  return {
    reference,
    kind,
    amountMinor,
    brand: currency === null ? random.pick(BRANDS) : 'visa',
    currency,
    pin: random.pick(PIN_ANSWERS),
    chip: random.pick(CHIP_ANSWERS),
    call: random.pick(CALLS),
    story,
    moves: stories[story]!(amountMinor),
    isDoubled: random.chance(0.25),
  };
}

function part(amountMinor: number | undefined): { amountMinor?: number } {
  return amountMinor === undefined ? {} : { amountMinor };
}

function half(whole: number): number {
  return Math.ceil(whole / 2);
}

function third(whole: number): number {
  return Math.max(1, Math.floor(whole / 3));
}
