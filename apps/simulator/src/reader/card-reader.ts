import { CURRENCIES, type CurrencyCode } from '@tsunagu/kernel';
import { DUKPT_PROFILES, TerminalDukpt, type DukptProfile } from '@tsunagu/hsm';
import type { TestCard } from '../cards/test-cards.js';
import { ReaderError } from './reader-counter.js';

export const ENTRY_MODES = ['contactless', 'chip', 'stripe'] as const;
export type EntryMode = (typeof ENTRY_MODES)[number];

/** `card_present` of the API. */
export interface CardPresent {
  readonly format: 'dukpt_aes' | 'dukpt_tdes';
  readonly ksn: string;
  readonly iv?: string;
  readonly ciphertext: string;
  readonly mac?: string;
  readonly entry_mode: EntryMode;
  readonly emv?: string;
  readonly pin_block?: { readonly format: 'iso4' | 'iso0'; readonly ksn: string; readonly data: string };
}

/** A card at the reader, with what the customer does. */
export interface Presentation {
  readonly card: TestCard;
  readonly entry: EntryMode;
  readonly amountMinor: number;
  /** Of the amount; yen unless said otherwise. */
  readonly currency?: CurrencyCode;
  /** Digits typed at the reader's PIN pad, if any. */
  readonly pin?: string;
  /** AID that the holder chose on a card of several; its first one unless said otherwise. */
  readonly application?: string;
}

/** A reader and the key that it was loaded with, as `sandbox.json` tells them. @source architecture.md §7 */
export interface ReaderDevice {
  readonly id: string;
  readonly profile: string;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly initial_key: string;
  readonly initial_key_id: string;
}

/** A PIN as it travels: `pin_block` of the API. */
export type PinBlock = NonNullable<CardPresent['pin_block']>;

/** The encrypting part of a terminal: clear card data goes in, and only ciphertext comes out. */
export class CardReader {
  readonly #profile: DukptProfile;
  readonly #dukpt: TerminalDukpt;

  /** @throws ReaderError nobody knows the device profile */
  constructor(private readonly terminal: ReaderDevice) {
    const profile = Object.entries(DUKPT_PROFILES).find(([name]) => name === terminal.profile)?.[1];
    if (profile === undefined) throw new ReaderError(`unknown device profile ${terminal.profile}`);
    this.#profile = profile;
    const key = Buffer.from(terminal.initial_key, 'hex');
    this.#dukpt = new TerminalDukpt(profile, key, terminal.initial_key_id.toUpperCase());
  }

  /** @returns what the till sends, and the counter for the next card */
  present(
    counter: number,
    { card, entry, amountMinor, currency, pin, application = card.applications[0] }: Presentation,
  ): { cardPresent: CardPresent; nextCounter: number } {
    if (card.device !== undefined && entry !== 'contactless')
      throw new ReaderError(`a ${card.device} can only be tapped`);
    const { nextCounter, ...payload } = this.#dukpt.encryptCard(counter, contentOf(this.#profile, card));
    if (nextCounter === null) throw new ReaderError('this terminal has used up its key: npm start -- --reset');
    const pinBlock = pin === undefined ? undefined : this.#dukpt.encryptPin(counter, pin, card.pan);
    const cardPresent: CardPresent = {
      format: this.terminal.scheme === 'AES-DUKPT' ? 'dukpt_aes' : 'dukpt_tdes',
      ...payload,
      entry_mode: entry,
      ...(entry === 'stripe'
        ? {}
        : { emv: clearEmv({ card, entry, amountMinor, currency, application }, nextCounter) }),
      ...(pinBlock === undefined ? {} : { pin_block: pinBlock }),
    };
    return { cardPresent, nextCounter };
  }

  /** A PIN for a card that was read before and is held by the centre: a transaction of its own. */
  encryptPin(counter: number, card: TestCard, pin: string): { pinBlock: PinBlock; nextCounter: number } {
    const nextCounter = this.#dukpt.ksnFor(counter).next()?.counter;
    if (nextCounter === undefined) throw new ReaderError('this terminal has used up its key: npm start -- --reset');
    return { pinBlock: this.#dukpt.encryptPin(counter, pin, card.pan), nextCounter };
  }
}

/** Track 2 with sentinels, or tags 57, 5A, 5F24, 5F34 as a kernel hands them over. */
function contentOf(profile: DukptProfile, card: TestCard): Buffer {
  if (profile.content === 'TRACK2_ASCII') return Buffer.from(`;${card.track2.replace('D', '=')}?`, 'latin1');
  if (profile.content === 'PAN_ENTRY') return Buffer.from(`${card.pan}=${card.expiry}`, 'latin1');
  const items = [
    tag('57', padded(card.track2)),
    tag('5A', padded(card.pan)),
    tag('5F24', `${card.expiry}31`),
    tag('5F34', card.psn.slice(-2)),
  ];
  return Buffer.concat(items);
}

/** Tags without cardholder data, as they travel in the clear. The cryptogram is a stand-in: the simulated issuers do not check it yet. */
function clearEmv(
  { card, entry, amountMinor, currency = 'JPY', application }: Omit<Presentation, 'pin'>,
  counter: number,
): string {
  const date = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(2, 10).replaceAll('-', '');
  const items = [
    ...(application === undefined ? [] : [tag('84', application)]),
    tag('82', entry === 'contactless' ? '0080' : '3900'),
    ...(card.device === undefined ? [] : deviceProof(card.brand)),
    tag('95', '0000000000'),
    tag('9A', date),
    tag('9C', '00'),
    tag('5F2A', CURRENCIES[currency].numeric.padStart(4, '0')),
    tag('9F02', String(amountMinor).padStart(12, '0')),
    tag('9F03', '000000000000'),
    tag('9F1A', '0392'),
    tag('9F26', counter.toString(16).padStart(16, '0')),
    tag('9F27', '80'),
    tag('9F36', (counter % 65_536).toString(16).padStart(4, '0')),
    tag('9F37', ((counter * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')),
  ];
  return Buffer.concat(items).toString('hex').toUpperCase();
}

/** What a device says that knows its holder: Visa and UnionPay in the card qualifiers, the others as a PIN that the "card" has checked. */
function deviceProof(brand: TestCard['brand']): Buffer[] {
  return ['visa', 'unionpay'].includes(brand) ? [tag('9F6C', '0080')] : [tag('9F34', '010002')];
}

const padded = (digits: string): string => (digits.length % 2 === 0 ? digits : `${digits}F`);

function tag(name: string, valueHex: string): Buffer {
  const value = Buffer.from(valueHex, 'hex');
  return Buffer.concat([Buffer.from(name, 'hex'), Buffer.from([value.length]), value]);
}
