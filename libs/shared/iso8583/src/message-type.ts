import { invariant } from '@tsunagu/kernel';
import type { CodecErrorCode } from './codec-error.js';
import type { IsoMessage } from './iso-message.js';

/** Digits that each position of an MTI may have in an edition of the standard. */
export interface MtiTable {
  readonly version: string;
  readonly classes: string;
  readonly functions: string;
  readonly originators: string;
}

/** @source ISO 8583:1993, message type identifier */
export const MTI_1993: MtiTable = { version: '1', classes: '12345678', functions: '01234', originators: '012345' };
/** @source ISO 8583:1987, message type identifier */
export const MTI_1987: MtiTable = { version: '0', classes: '12345678', functions: '01234', originators: '012345' };

/** Why four digits are no MTI of an edition, or undefined when they are one. */
export function mtiFault(mti: string, table: MtiTable): CodecErrorCode | undefined {
  if (mti[0] !== table.version) return 'UNSUPPORTED_VERSION';
  const isKnown =
    table.classes.includes(mti[1] as string) &&
    table.functions.includes(mti[2] as string) &&
    table.originators.includes(mti[3] as string);
  return isKnown ? undefined : 'UNKNOWN_MTI';
}

/**
 * The MTI that answers a request or an advice: function + 1, originator kept, repeat digit dropped.
 * @example responseMti('1421') // '1430'
 */
export function responseMti(mti: string): string {
  const isAsked = /^1[1-8][02][0-5]$/.test(mti);
  invariant(isAsked, 'only a request or an advice is answered');
  return mti.slice(0, 2) + String(Number(mti[2]) + 1) + String(Number(mti[3]) & ~1);
}

/**
 * The key under which a request and its answer fall together: class, folded function, STAN (11), local time (12) and
 * acquirer (32) or forwarder (33). The terminal (41) is not in it: network messages have none and some issuers drop it.
 * @returns undefined when the message lacks one of the parts: such an answer matches nothing
 * @source iso8583-1993.md §17.2
 */
export function matchingKey(message: IsoMessage): string | undefined {
  const stan = message.text(11);
  const localTime = message.text(12);
  const institution = message.text(32) ?? message.text(33);
  if (stan === undefined || localTime === undefined || institution === undefined) return undefined;
  const folded = Number(message.mti[2]) & ~1;
  return `${message.mti[1]}${folded}|${stan}|${localTime}|${institution}`;
}
