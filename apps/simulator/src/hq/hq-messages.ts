import { IsoMessage, originalDataElements, posDataCode, rrn, writePrivateTlv } from '@tsunagu/iso8583';
import type { TestCard } from '../cards/test-cards.js';

/** A lane of the payment server. */
export interface HqLane {
  readonly institution: string;
  readonly terminal: string;
  readonly merchant: string;
}

/** Names of one message. */
export interface HqNames {
  readonly stan: string;
  /** Field 12, Japan time. */
  readonly localTime: string;
}

/** A card as a lane's reader gives it: encrypted, or in the clear on a line that allows it. */
export type HqCardInput =
  | {
      readonly format: 'dukpt_aes' | 'dukpt_tdes';
      readonly ksn: string;
      readonly iv?: string;
      readonly ciphertext: string;
      readonly mac?: string;
      readonly entry_mode: 'chip' | 'contactless' | 'stripe';
      readonly emv?: string;
      readonly pin_block?: { readonly format: 'iso4' | 'iso0'; readonly data: string };
    }
  | { readonly clear: TestCard; readonly entry_mode: 'chip' | 'contactless' | 'stripe' };

const SCHEME = { dukpt_tdes: '01', dukpt_aes: '02' } as const;

/** 1100 or 1200 of a sale; `extra` goes on top. */
export function chargeMessage(
  of: { mti: '1100' | '1200' | '1220'; lane: HqLane; names: HqNames; amountMinor: number; card: HqCardInput },
  extra: Record<number, string | Buffer | undefined> = {},
): IsoMessage {
  const { mti, lane, names, amountMinor, card } = of;
  const functionCode = mti === '1100' ? '100' : '200';
  return money(mti, lane, names, { 3: '000000', 4: amountMinor, 24: functionCode })
    .set(22, posDataCode({ entryMode: card.entry_mode }))
    .set(26, '5411')
    .with(cardFields(card))
    .with(extra);
}

/** 1220 of an earlier authorization. */
export function captureMessage(of: {
  lane: HqLane;
  names: HqNames;
  amountMinor: number;
  original: HqNames;
  isSame: boolean;
}): IsoMessage {
  const { lane, names, amountMinor, original, isSame } = of;
  const fields = { 3: '000000', 4: amountMinor, 24: isSame ? '201' : '202', 25: '1376' };
  return money('1220', lane, names, fields)
    .set(22, posDataCode({ entryMode: 'chip' }))
    .set(26, '5411')
    .set(56, originalOf('1100', original, lane));
}

/** 1200 that gives back. */
export function refundMessage(of: {
  lane: HqLane;
  names: HqNames;
  amountMinor: number;
  original: HqNames;
}): IsoMessage {
  const { lane, names, amountMinor, original } = of;
  return money('1200', lane, names, { 3: '200000', 4: amountMinor, 24: '200' })
    .set(22, posDataCode({ entryMode: 'chip' }))
    .set(26, '5411')
    .set(56, originalOf('1200', original, lane));
}

/** 1420 of an earlier message. @param reason field 25: 4021 no answer came, 4000 the customer cancelled */
export function reversalMessage(of: {
  lane: HqLane;
  names: HqNames;
  amountMinor: number;
  original: HqNames & { mti: string };
  reason: string;
}): IsoMessage {
  const { lane, names, amountMinor, original, reason } = of;
  return money('1420', lane, names, { 3: '000000', 4: amountMinor, 24: '400', 25: reason }).set(
    56,
    originalOf(original.mti, original, lane),
  );
}

/** 1520, or 1500 of a checkpoint or of asked totals. */
export function reconciliationMessage(
  of: { mti: '1500' | '1520'; lane: HqLane; names: HqNames; functionCode: string; date: string },
  totals: Record<number, string>,
): IsoMessage {
  const { mti, lane, names, functionCode, date } = of;
  return new HqMessage(mti, {
    ...nameFields(names),
    24: functionCode,
    28: date,
    32: lane.institution,
    50: '392',
    ...totals,
  });
}

/** What a payment server says of a card on its own list of blocked cards, and its function code. @source iso8583-1993.md §8 */
const LIST_ORDERS = { block: '301', unblock: '303', ask: '305' } as const;
export type ListOrder = keyof typeof LIST_ORDERS;

/** 1304 for one card. @param number field 71: each change takes the next one @source back-office.md §4.3 */
export function listMessage(of: {
  order: ListOrder;
  lane: Pick<HqLane, 'institution'>;
  names: HqNames;
  number: number;
  pan: string;
}): IsoMessage {
  const { order, lane, names, number, pan } = of;
  const today = names.localTime.slice(0, 6);
  return new HqMessage('1304', {
    ...nameFields(names),
    24: LIST_ORDERS[order],
    25: '3001',
    33: lane.institution,
    71: String(number).padStart(8, '0'),
    72: `${order === 'unblock' ? 'D' : 'N'}${pan.padEnd(19)}S0000${today}${' '.repeat(6)}`,
    73: today,
    101: 'NEGATIVE',
  });
}

/** 1804. */
export function networkMessage(
  functionCode: string,
  lane: Pick<HqLane, 'institution'>,
  names: HqNames,
  extra: Record<number, string> = {},
): IsoMessage {
  return new HqMessage('1804', { ...nameFields(names), 24: functionCode, 33: lane.institution, ...extra });
}

/** The same message again: repeat digit set, a new time of this copy. */
export function repeated(message: IsoMessage): IsoMessage {
  const copy = new HqMessage(`${message.mti.slice(0, 3)}1`);
  for (const field of message.fields()) copy.set(field, message.get(field));
  return copy.set(7, transmissionTime(new Date()));
}

/** Field 12 of now, Japan time. */
export function localTime(at: Date): string {
  return new Date(at.getTime() + 9 * 3_600_000).toISOString().slice(2, 19).replace(/[-T:]/g, '');
}

class HqMessage extends IsoMessage {
  with(fields: Record<number, string | Buffer | undefined>): HqMessage {
    for (const [field, value] of Object.entries(fields)) this.set(Number(field), value);
    return this;
  }
}

function money(
  mti: string,
  lane: HqLane,
  names: HqNames,
  words: { 3: string; 4: number; 24: string; 25?: string },
): HqMessage {
  return new HqMessage(mti, {
    ...nameFields(names),
    ...words,
    4: String(words[4]).padStart(12, '0'),
    25: words[25] ?? (mti === '1220' ? '1005' : undefined),
    32: lane.institution,
    37: rrn({ ...names, node: 99 }),
    41: lane.terminal,
    42: lane.merchant,
    49: '392',
  });
}

function nameFields({ stan, localTime: time }: HqNames): Record<number, string> {
  return { 7: transmissionTime(new Date()), 11: stan, 12: time };
}

function originalOf(mti: string, { stan, localTime: time }: HqNames, { institution }: HqLane): string {
  return originalDataElements({ mti, stan, localTime: time, acquirer: institution });
}

function cardFields(card: HqCardInput): Record<number, string | Buffer | undefined> {
  if ('clear' in card) return { 35: card.clear.track2.replace('D', '=') };
  const { ciphertext, iv, mac, emv, pin_block: pin } = card;
  const tags = Object.entries({
    EC01: ciphertext,
    EC02: iv,
    EC03: mac,
    EC04: pin?.format === 'iso4' ? pin.data : undefined,
  });
  const present = tags.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    48: writePrivateTlv(present),
    52: pin?.format === 'iso0' ? Buffer.from(pin.data, 'hex') : undefined,
    53: Buffer.from(`${SCHEME[card.format]}${pin?.format === 'iso4' ? '04' : '00'}${card.ksn}`, 'hex'),
    55: emv === undefined ? undefined : Buffer.from(emv, 'hex'),
  };
}

function transmissionTime(at: Date): string {
  return at.toISOString().slice(5, 19).replace(/[-T:]/g, '');
}
