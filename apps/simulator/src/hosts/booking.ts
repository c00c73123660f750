import { createHash, randomInt } from 'node:crypto';
import { readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';
import type { LedgerEntry, LedgerKind } from '../ledger/ledger-record.js';

/** Currencies by ISO 4217 number, for the book; the issuer keeps its own table. */
export const CURRENCY_BY_NUMBER: Readonly<Record<string, string>> = {
  '392': 'JPY', '840': 'USD', '978': 'EUR', '826': 'GBP', '156': 'CNY', '344': 'HKD',
  '901': 'TWD', '410': 'KRW', '764': 'THB', '702': 'SGD', '036': 'AUD', '414': 'KWD',
}; // prettier-ignore

/** What the desk decides about a message; the rest of an entry is read from the message. */
export type Decided = Pick<LedgerEntry, 'kind' | 'state' | 'actionCode' | 'approvalCode'> & Partial<LedgerEntry>;

/** Where and when an entry is booked. */
export interface BookingPlace {
  readonly link: string;
  readonly sequence: number;
  readonly businessDate: string;
  readonly at: number;
}

/** A new line of the book. Keeps the first six and last four digits of the card number. */
export function entryFrom(message: IsoMessage, place: BookingPlace, decided: Decided): LedgerEntry {
  const at = new Date(place.at).toISOString();
  const number = cardNumber(message);
  const currency = message.text(49) ?? '';
  const requestedMinor = Number(message.text(4));
  const amountMinor = decided.amountMinor ?? requestedMinor;
  return {
    sequence: place.sequence,
    link: place.link,
    rrn: message.text(37) ?? '',
    stan: message.text(11) ?? '',
    localTime: message.text(12) ?? '',
    acquirer: message.text(32) ?? '',
    terminal: message.text(41) ?? '',
    merchant: message.text(42) ?? '',
    mti: `${message.mti.slice(0, 3)}0`,
    processingCode: message.text(3) ?? '',
    amountMinor,
    requestedMinor,
    approvedMinor: decided.state === 'declined' ? 0 : amountMinor,
    reversedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    currency: CURRENCY_BY_NUMBER[currency] ?? currency,
    cardholder: cardholderOf(message, amountMinor, requestedMinor),
    originalRrn: null,
    plan: planOf(message),
    bin6: number.slice(0, 6),
    last4: number.slice(-4),
    businessDate: place.businessDate,
    reversedDate: null,
    bookedAt: at,
    updatedAt: at,
    reversedAt: null,
    ...decided,
  };
}

/** A request without another name for it: an authorisation in class 1, a sale in class 2. */
export function debitKind(message: IsoMessage): LedgerKind {
  return message.mti[1] === '1' ? 'auth' : 'sale';
}

export function isLive(entry: LedgerEntry): boolean {
  return entry.state === 'approved' || entry.state === 'captured';
}

export function newApprovalCode(): string {
  return String(randomInt(1, 1_000_000)).padStart(6, '0');
}

/** Fields of an approval: code, the amount of a partial one, and a word to the chip. */
export function approvalFields(message: IsoMessage, answer: IsoMessage, entry: LedgerEntry): IsoMessage {
  answer.set(38, entry.approvalCode ?? undefined);
  if (entry.actionCode === '002') {
    answer.set(4, twelve(entry.approvedMinor)).set(30, twelve(entry.requestedMinor) + twelve(0));
  }
  if (message.has(55)) answer.set(55, issuerAuthentication(entry.rrn));
  return answer;
}

/** Fields 6 and 51: what the holder pays in the currency of the card; of a partial approval its share, rounded half up. */
function cardholderOf(message: IsoMessage, amountMinor: number, requestedMinor: number): LedgerEntry['cardholder'] {
  const [amount, number] = [message.text(6), message.text(51)];
  if (amount === undefined || number === undefined) return undefined;
  const [whole, part] = [BigInt(requestedMinor), BigInt(amountMinor)];
  const billedMinor = whole === part ? Number(amount) : Number((2n * BigInt(amount) * part + whole) / (2n * whole));
  return { currency: CURRENCY_BY_NUMBER[number] ?? number, amountMinor: billedMinor, refundedMinor: 0 };
}

/** The issuer bills by what it was told: a field it cannot read tells nothing. */
function planOf(message: IsoMessage): string | null {
  try {
    return readPrivateTlv(message.text(48) ?? '').get('JP01') ?? null;
  } catch {
    return null;
  }
}

/** Of field 2, or of the track. */
export function cardNumber(message: IsoMessage): string {
  return message.text(2) ?? (message.text(35) ?? '').split(/[=D]/)[0] ?? '';
}

function twelve(amountMinor: number): string {
  return String(amountMinor).padStart(12, '0');
}

/** Tag 91 with an ARPC of invented bytes: the shape of an answer to a chip, not one that verifies. */
function issuerAuthentication(rrn: string): Buffer {
  const arpc = createHash('sha256').update(rrn).digest().subarray(0, 8);
  return Buffer.concat([Buffer.from('910A', 'hex'), arpc, Buffer.from('3030', 'hex')]);
}
