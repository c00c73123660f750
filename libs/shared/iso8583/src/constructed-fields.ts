import { invariant } from '@tsunagu/kernel';

/** What names an earlier message: its MTI as first sent (1200, never 1201), STAN, local time and acquirer. */
export interface OriginalData {
  readonly mti: string;
  readonly stan: string;
  readonly localTime: string;
  readonly acquirer: string;
}

/**
 * Retrieval reference number (field 37).
 *
 * Layout: last digit of the year, day of the year 001 to 366, node 00 to 99, STAN: 12 digits, unique for ten years.
 *
 * @param localTime field 12, YYMMDDhhmmss
 * @throws InvariantError a part is out of range
 * @source iso8583-1993.md §10.1
 * @example rrn({ localTime: '261121091530', node: 0, stan: '000001' }) // '632500000001'
 */
export function rrn({ localTime, node, stan }: { localTime: string; node: number; stan: string }): string {
  invariant(/^\d{12}$/.test(localTime) && /^\d{6}$/.test(stan), 'an RRN is made of a local time and a STAN');
  invariant(Number.isInteger(node) && node >= 0 && node <= 99, 'a node number has two digits');
  const [year, month, day] = [0, 2, 4].map((at) => Number(localTime.slice(at, at + 2))) as [number, number, number];
  const dayOfYear = (Date.UTC(2000 + year, month - 1, day) - Date.UTC(2000 + year, 0, 0)) / 86_400_000;
  return `${year % 10}${String(dayOfYear).padStart(3, '0')}${String(node).padStart(2, '0')}${stan}`;
}

/**
 * Original data elements (field 56): MTI n4, STAN n6, local time n12, length n2, acquirer n..11.
 * @throws InvariantError a part has the wrong width
 * @source iso8583-1993.md §10.2
 * @example originalDataElements({ mti: '1200', stan: '000105', localTime: '261121093100', acquirer: '88001234567' })
 */
export function originalDataElements({ mti, stan, localTime, acquirer }: OriginalData): string {
  const isSound =
    /^\d{4}$/.test(mti) && /^\d{6}$/.test(stan) && /^\d{12}$/.test(localTime) && /^\d{1,11}$/.test(acquirer);
  invariant(isSound, 'original data are MTI, STAN, local time and acquirer');
  return mti + stan + localTime + String(acquirer.length).padStart(2, '0') + acquirer;
}

/** Read field 56 as {@link originalDataElements} writes it. @returns undefined when the inner length disagrees */
export function readOriginalDataElements(digits: string): OriginalData | undefined {
  const acquirer = digits.slice(24);
  if (digits.length < 24 || Number(digits.slice(22, 24)) !== acquirer.length) return undefined;
  return { mti: digits.slice(0, 4), stan: digits.slice(4, 10), localTime: digits.slice(10, 22), acquirer };
}
