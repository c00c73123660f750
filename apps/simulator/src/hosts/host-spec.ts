import { compileSpec, defineSpec, validator } from '@tsunagu/iso8583';

/** TSN-93, hybrid. Bad content is let through the codec so that the validator can name it and the sender hears 904 instead of 1644. */
const SPEC = { ...defineSpec('hybrid'), lenient: ['allowBadContent'] as const };

export const HOST_FRAMING = 'be2';
export const hostCodec = compileSpec(SPEC);
const rules = validator(SPEC);

type Checked = Parameters<typeof rules.check>[0];

const FIELD_44_MAX = 99;

/**
 * Everything that is wrong with an incoming message, as `field:rule` words; empty when it may be processed.
 * Never a value: what is returned travels back in field 44 and is shown to people.
 */
export function faultsOf(message: Checked): string[] {
  return rules.check(message).map(({ field, rule }) => `${field}:${rule}`);
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
