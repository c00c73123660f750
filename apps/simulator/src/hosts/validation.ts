import { presenceIssues, readOriginalDataElements, type IsoMessage } from '@tsunagu/iso8583';

const FIELD_44_MAX = 99;

/**
 * Everything that is wrong with an incoming message, as `field:rule` words; empty when it may be processed.
 * Never a value: what is returned travels back in field 44 and is shown to people.
 * @source iso8583-1993.md §5.1, §10.2
 */
export function faultsOf(message: IsoMessage): string[] {
  const faults = presenceIssues(message).map(({ field, rule }) => `${field}:${rule}`);
  if (message.has(56) && readOriginalDataElements(message.text(56) ?? '') === undefined) faults.push('56:inner_length');
  return faults;
}

/** The faults as field 44 says them; cut at a whole word when there are too many. */
export function reasonOf(faults: readonly string[]): string {
  const words: string[] = [];
  for (const fault of faults) {
    if ([...words, fault].join(' ').length > FIELD_44_MAX) break;
    words.push(fault);
  }
  return words.join(' ');
}
