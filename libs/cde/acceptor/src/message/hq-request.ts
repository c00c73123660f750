import { createHash } from 'node:crypto';
import { readOriginalDataElements, type IsoMessage } from '@tsunagu/iso8583';
import { CURRENCIES, type CurrencyCode } from '@tsunagu/kernel';
import type { HqContract, HqRight, HqTerminal } from '../contract/hq-contract.js';
import { ACTION } from './action.js';
import { missingFields } from './missing-fields.js';

/** What names one message on a line for ever: the institution is the line's own. @source iso8583-1993.md §13.9 */
export interface HqIdentity {
  readonly messageClass: string;
  readonly stan: string;
  readonly localTime: string;
  readonly terminal: string;
}

/** What a request of money asks for. */
export type HqOperation = 'sale' | 'auth' | 'refund' | 'capture' | 'reversal';

/** A message of money that its line's contract allows. */
export interface HqRequest {
  readonly message: IsoMessage;
  readonly identity: HqIdentity;
  readonly isRepeat: boolean;
  /** An advice tells of something done: it may be repeated for days, and it is never undone by us. */
  readonly isAdvice: boolean;
  readonly operation: HqOperation;
  readonly terminal: HqTerminal;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  /** The message that a refund, a capture or a reversal refers to. */
  readonly original: HqIdentity | null;
  /** Of everything a repeat must say again; holds no card data. */
  readonly digest: string;
}

/** ISO 4217 number, as fields 49 and 50 have it, to the code of the house. */
export const CURRENCY_BY_NUMBER: ReadonlyMap<string, CurrencyCode> = new Map(
  Object.entries(CURRENCIES).map(([code, { numeric }]) => [numeric, code as CurrencyCode]),
);
const RIGHT: Readonly<Record<HqOperation, HqRight>> = {
  sale: 'sale',
  auth: 'auth',
  refund: 'refund',
  capture: 'capture',
  reversal: 'reversal',
};
const SAID_AGAIN = [3, 4, 11, 12, 24, 41, 42, 49, 56] as const;

/**
 * Read a message of class 1, 2 or 4 against the contract of its line.
 * @returns the action code that refuses it when it is not what the contract allows
 */
export function readRequest(contract: HqContract, message: IsoMessage): HqRequest | string {
  if (missingFields(message).length > 0) return ACTION.formatError;
  if ((message.text(32) ?? message.text(33)) !== contract.institution) return ACTION.unknownAcquirer;
  const terminal = terminalOf(contract, message);
  if (terminal === undefined) return ACTION.invalidMerchant;
  const operation = operationOf(message);
  if (operation === undefined || !contract.rights.has(RIGHT[operation])) return ACTION.notSupported;
  const currency = CURRENCY_BY_NUMBER.get(message.text(49) ?? '');
  if (currency === undefined) return ACTION.invalidTransaction;
  const request: HqRequest = {
    message,
    identity: identityOf(message),
    isRepeat: isRepeat(message),
    isAdvice: message.mti[2] === '2',
    operation,
    terminal,
    amountMinor: Number(message.text(4)),
    currency,
    original: originalOf(message),
    digest: digestOf(message),
  };
  return refusalOf(contract, request) ?? request;
}

function terminalOf({ terminals }: HqContract, message: IsoMessage): HqTerminal | undefined {
  const terminal = terminals.get(message.text(41)?.trimEnd() ?? '');
  return terminal?.merchant === message.text(42)?.trimEnd() ? terminal : undefined;
}

/** Amounts are checked where money would move, originals where there must be one. */
function refusalOf({ institution, amountMaxMinor }: HqContract, request: HqRequest): string | undefined {
  const { message, operation, original, amountMinor } = request;
  const acquirer = readOriginalDataElements(message.text(56) ?? '')?.acquirer;
  if (message.has(56) && acquirer !== institution) return ACTION.formatError;
  if (original === null && !isCharge(operation)) return ACTION.formatError;
  if (operation === 'reversal') return undefined;
  if (amountMinor === 0) return ACTION.invalidAmount;
  return amountMinor > amountMaxMinor ? ACTION.exceedsLimit : undefined;
}

/** Whether a request makes a payment of its own. */
export function isCharge(operation: HqOperation): boolean {
  return operation === 'sale' || operation === 'auth';
}

/** Name of a message on its line. The fields are there: presence was checked. */
export function identityOf(message: IsoMessage): HqIdentity {
  return {
    messageClass: message.mti[1] ?? '',
    stan: message.text(11) ?? '',
    localTime: message.text(12) ?? '',
    terminal: message.text(41)?.trimEnd() ?? '',
  };
}

export function isRepeat({ mti }: IsoMessage): boolean {
  return (Number(mti[3]) & 1) === 1;
}

/** What must be the same when a message comes again. */
export function digestOf(message: IsoMessage): string {
  const said = SAID_AGAIN.map((field) => message.text(field) ?? '');
  return createHash('sha256').update(said.join('|')).digest('hex');
}

/**
 * Idempotency key and client reference of what a message asks for: short, readable, and unique for ever on its line.
 * @example referenceOf('hq-demo', identity) // 'hq:hq-demo:000105:261121093100:TSN00001:2'
 */
export function referenceOf(link: string, { stan, localTime, terminal, messageClass }: HqIdentity): string {
  return `hq:${link}:${stan}:${localTime}:${terminal}:${messageClass}`;
}

/** Class and function of the MTI, and the type of field 3. @source iso8583-1993.md §2 and §6 */
const OPERATIONS: Readonly<Record<string, HqOperation>> = {
  '10:00': 'auth',
  '20:00': 'sale',
  '20:20': 'refund',
  '20:02': 'refund', // the amount of a sale taken back after its business date was closed
  '22:00': 'sale',
};
const FULL_REVERSAL = '400';

function operationOf(message: IsoMessage): HqOperation | undefined {
  const family = message.mti.slice(1, 3);
  if (family === '42') return message.text(24) === FULL_REVERSAL ? 'reversal' : undefined;
  const operation = OPERATIONS[`${family}:${message.text(3)?.slice(0, 2) ?? ''}`];
  return family === '22' && message.has(56) && operation === 'sale' ? 'capture' : operation;
}

function originalOf(message: IsoMessage): HqIdentity | null {
  const original = readOriginalDataElements(message.text(56) ?? '');
  if (original === undefined) return null;
  const { mti, stan, localTime } = original;
  return { messageClass: mti[1] ?? '', stan, localTime, terminal: message.text(41)?.trimEnd() ?? '' };
}
