import type { ChipFieldRow, ChipRow, PresentmentTable, TapRow } from './presentment-rules.js';

const NOTICE_15000 = 'payment-features.md §6.3: notice of one merchant, 15,000 yen';
const NOTICE_10000 = 'payment-features.md §6.3: notice of one merchant, 10,000 yen';
const JCA =
  'payment-features.md §6.3: JCA guideline as three issuers report it; signature instead of the PIN ended on 2025-03-31';
const PINLESS =
  'payment-features.md §6.3: small amounts without a PIN go on (one issuer); the amount is that of the tap contract';

const PAD = ['pin_pad'] as const;
const NO_PAD = ['no_pin_pad'] as const;

/** Above the limit a holder signs, types a PIN, or has proved himself to his phone; whoever did nothing is asked. */
const TAP = {
  tapUpToMinor: null, deviceUpToMinor: null, floorUpToMinor: 0, mark: 'single_source',
  proofs: ['signature', 'device', 'offline_pin', 'offline_pin_and_signature'],
} as const; // prettier-ignore

/** Brands differ in what a card is asked for, and in the data object that shows a device's verification. */
const BRANDS = [
  { name: 'visa', brands: ['visa'], otherwise: 'enter_pin', device: 'card_qualifiers' },
  { name: 'unionpay', brands: ['unionpay'], otherwise: 'enter_pin', device: 'card_qualifiers' },
  { name: 'amex', brands: ['amex'], otherwise: 'insert_chip', device: 'mobile_cvm' },
  { name: 'others', brands: undefined, otherwise: 'insert_chip', device: 'cvm_results' },
] as const;

/** One limit, for every brand and reader. Without a PIN pad neither PIN nor chip helps: the holder signs, or pays otherwise. */
function taps(contract: string, noCvmUpToMinor: number, source: string): TapRow[] {
  return BRANDS.flatMap(({ name, brands, otherwise, device }) => {
    const row = { ...TAP, brands, contracts: [contract], noCvmUpToMinor, device, source };
    return [
      { ...row, id: `tap-${contract}-${name}`, readers: PAD, otherwise },
      { ...row, id: `tap-${contract}-${name}-no-pad`, readers: NO_PAD, otherwise: null },
    ];
  });
}

const TAPS: readonly TapRow[] = [
  ...taps('standard', 15_000, NOTICE_15000),
  ...taps('tap_10000', 10_000, NOTICE_10000),
  ...taps('strict', 10_000, NOTICE_10000).map((row) => ({
    ...row, tapUpToMinor: 30_000, mark: 'design' as const, source: `${NOTICE_10000}; its limit of a tap at all is made up`,
  })),
]; // prettier-ignore

const ALL = ['standard', 'tap_10000', 'strict'] as const;
const BOTH = ['pin_pad', 'no_pin_pad'] as const;

/** Until March 2025: a holder who does not know his PIN may sign. */
function chips(signature: ChipRow['signature']): ChipRow[] {
  const row = { readers: BOTH, source: `${JCA}; ${PINLESS}`, mark: 'single_source' } as const;
  const japan = { ...row, issued: 'japan', signature } as const;
  return [
    { ...japan, id: 'chip-japan-15000', contracts: ['standard'], pinlessUpToMinor: 15_000 },
    { ...japan, id: 'chip-japan-10000', contracts: ['tap_10000'], pinlessUpToMinor: 10_000 },
    { ...japan, id: 'chip-japan-always', contracts: ['strict'], pinlessUpToMinor: 0 },
    {
      ...row, id: 'chip-abroad', issued: 'abroad', contracts: ALL, pinlessUpToMinor: 15_000, signature: 'allowed',
      source: 'payment-features.md §6.3: cards issued abroad may go on with a signature (one source)',
    },
  ]; // prettier-ignore
}

/** A reader may send part of its chip data inside the encryption, so that only an acquirer who says otherwise finds tags missing outside. */
const CHIP_FIELDS: readonly ChipFieldRow[] = [
  {
    id: 'chip-fields-any', contracts: ['standard', 'tap_10000'], required: [], lengthBytesMax: 1_024, fallbackReason: 'wanted',
    source: 'field 55 holds 1,024 bytes; security-reliability.md G9', mark: 'design',
  },
  {
    id: 'chip-fields-whole', contracts: ['strict'], required: ['95', '9F10', '9F26', '4F', '84'], lengthBytesMax: 199, fallbackReason: 'required',
    source: 'payment-features.md §6.5: required for contact captures; a Japanese gateway wants 4F and 84 and takes 199 bytes', mark: 'single_source',
  },
]; // prettier-ignore

/** Every version that was ever in force, oldest first. */
export const PRESENTMENT_TABLES: readonly PresentmentTable[] = [
  { version: '2020-01-01', validFrom: '2020-01-01', taps: TAPS, chips: chips('allowed'), chipFields: CHIP_FIELDS },
  { version: '2025-04-01', validFrom: '2025-04-01', taps: TAPS, chips: chips('refused'), chipFields: CHIP_FIELDS },
];
