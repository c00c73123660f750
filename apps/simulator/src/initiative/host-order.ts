import { IsoMessage, originalDataElements } from '@tsunagu/iso8583';
import { TEST_CARDS } from '../cards/test-cards.js';
import { ownMessage } from '../hosts/answer.js';
import { CURRENCY_BY_NUMBER } from '../hosts/booking.js';
import { NETWORK } from '../hosts/network-desk.js';
import { localTime } from '../hosts/wire-clock.js';
import type { IssuerHost } from '../hosts/issuer-host.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { countersOf, writeCounters } from '../reconciliation/host-counters.js';

/** Id of every simulated host in field 33, and in 32 where it takes the acquirer's part. */
export const HOST_ID = '98000000001';
const FIRST_CHARGEBACK = '450';
const CHARGEBACK_REASON = '4001';
const FINAL = '500';
const NEGATIVE_FILE = 'NEGATIVE';
const PAN_WIDTH = 19;
const NO_PURGE = '      ';

/** What a person or a script may have the host begin. */
export const HOST_DEEDS = [
  'cutover', 'sign_on', 'sign_off', 'echo', 'switch_over', 'key_change', 'negative_list', 'chargeback', 'sheet', 'message',
] as const; // prettier-ignore
export type HostDeed = (typeof HOST_DEEDS)[number];

/** An order as it came over HTTP. */
export interface HostOrder {
  readonly do: HostDeed;
  readonly endpoint?: string;
  /** YYMMDD: the new date of a cutover, the date of a sheet. */
  readonly date?: string;
  /** Numeric currency of a sheet. */
  readonly currency?: string;
  /** The booked transaction that is charged back. */
  readonly rrn?: string;
  /** Name of the test card that goes on the negative list, or off it. */
  readonly card?: string;
  readonly isRemoval?: boolean;
  /** Message type of a plain message, and any fields; binary ones as hex. */
  readonly mti?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Where orders are carried out. */
export interface OrderPlace {
  readonly host: IssuerHost;
  readonly ledger: IssuerLedger;
  readonly now: () => number;
}

const BINARY = [52, 53, 55, 64, 96, 128];

/** @returns the message, or a sentence about what the order lacks */
export function messageOf(order: HostOrder, place: OrderPlace): IsoMessage | string {
  const message = DEEDS[order.do](order, place);
  if (typeof message === 'string') return message;
  for (const [field, value] of Object.entries(order.fields ?? {})) {
    const number = Number(field);
    if (!Number.isInteger(number) || number < 2 || number > 128) return 'fields are numbered from 2 to 128';
    message.set(number, BINARY.includes(number) ? Buffer.from(value, 'hex') : value);
  }
  return message;
}

const DEEDS: Readonly<Record<HostDeed, (order: HostOrder, place: OrderPlace) => IsoMessage | string>> = {
  cutover,
  chargeback,
  sheet,
  sign_on: (_order, place) => started('1804', place).set(24, NETWORK.signOn),
  sign_off: (_order, place) => started('1804', place).set(24, NETWORK.signOff),
  echo: (_order, place) => started('1804', place).set(24, NETWORK.echo),
  switch_over: (_order, place) => started('1824', place).set(24, NETWORK.inBackup),
  key_change: (_order, place) => started('1804', place).set(24, NETWORK.keyChange).set(25, '8100'),
  negative_list: negativeList,
  message: ({ mti = '' }, place) =>
    /^1[1-8][024]\d$/.test(mti) ? started(mti, place) : 'mti is a request, an advice or a notification',
};

/**
 * A change of the file of blocked cards, for a published test card. Record: action, number, reason, expiry, effective and purge date.
 * @source back-office.md §4.3, as `tsn93-file-action.ts` reads it
 */
function negativeList({ card = 'jcb', isRemoval = false }: HostOrder, place: OrderPlace): IsoMessage | string {
  const pan = TEST_CARDS[card]?.pan;
  if (pan === undefined) return 'card is the name of a test card';
  const number = place.ledger.nextFileNumber(NEGATIVE_FILE);
  place.ledger.post({ entries: [], fileNumber: [NEGATIVE_FILE, number] });
  const { date } = place.host.desk.calendar;
  return started('1304', place)
    .set(24, isRemoval ? '303' : '301')
    .set(25, '3001')
    .set(71, String(number).padStart(8, '0'))
    .set(72, `${isRemoval ? 'D' : 'N'}${pan.padEnd(PAN_WIDTH)}S0000${date}${NO_PURGE}`)
    .set(73, date)
    .set(101, NEGATIVE_FILE);
}

function started(mti: string, { host, now }: OrderPlace): IsoMessage {
  return ownMessage(mti, { now: now(), stan: host.asks.nextStan(), localTime: localTime(now()), hostId: HOST_ID });
}

/** The host opens the date in its own book first, then tells the peer. */
function cutover({ date }: HostOrder, place: OrderPlace): IsoMessage | string {
  if (!/^\d{6}$/.test(date ?? '')) return 'date is YYMMDD';
  if (!place.host.desk.calendar.cutOver(date ?? '')) return 'that date is closed';
  place.ledger.post({ entries: [], cutOverTo: date });
  return started('1804', place).set(24, NETWORK.cutover).set(15, date);
}

function chargeback({ rrn }: HostOrder, place: OrderPlace): IsoMessage | string {
  const entry = place.ledger.entries().find((one) => one.rrn === rrn && one.state !== 'declined');
  if (entry === undefined) return 'rrn names no booked transaction of this link';
  const { mti, stan, localTime: originalTime, acquirer } = entry;
  return started('1422', place)
    .set(3, entry.processingCode)
    .set(4, String(entry.amountMinor).padStart(12, '0'))
    .set(24, FIRST_CHARGEBACK)
    .set(25, CHARGEBACK_REASON)
    .set(32, acquirer)
    .set(37, entry.rrn)
    .set(41, entry.terminal)
    .set(42, entry.merchant)
    .set(49, numberOf(entry.currency))
    .set(56, originalDataElements({ mti, stan, localTime: originalTime, acquirer }));
}

/** The host's own counters of a date (1522). */
function sheet(order: HostOrder, place: OrderPlace): IsoMessage | string {
  const date = order.date ?? place.host.desk.calendar.date;
  const currency = order.currency ?? '392';
  const letters = CURRENCY_BY_NUMBER[currency];
  if (letters === undefined) return 'currency is three digits of ISO 4217';
  const message = started('1522', place).set(24, FINAL).set(28, date).set(32, HOST_ID).set(50, currency);
  return writeCounters(message, countersOf(place.ledger.entries(), date, letters));
}

function numberOf(letters: string): string | undefined {
  return Object.keys(CURRENCY_BY_NUMBER).find((digits) => CURRENCY_BY_NUMBER[digits] === letters);
}
