import { invariant } from '@tsunagu/kernel';
import type { FieldDefinition } from './field-table.js';
import { prefixBytes, prefixLimit } from './prefix.js';
import type { FieldWire } from './wire-profile.js';

/**
 * The most bytes that a field takes, prefix included.
 * @throws InvariantError the prefix cannot say the maximum, or characters are packed that may be letters
 */
export function widthOf(definition: FieldDefinition, wire: FieldWire): number {
  const fault = wireFault(definition, wire);
  invariant(fault === undefined, 'a field is written as its prefix and kind allow', { field: definition.field });
  return prefixBytes(wire.prefix, definition.length) + bodyBytes(definition, wire);
}

/** Why a field cannot be written so, in words for the author of a links file; undefined when it can. */
export function wireFault(definition: FieldDefinition, wire: FieldWire): string | undefined {
  const { length, max } = definition;
  if (length === 'fixed') return undefined;
  const announced = wire.prefixUnit === 'bytes' ? bodyBytes(definition, wire) : max;
  return announced > prefixLimit(wire.prefix, length) ? 'has a maximum that its length prefix cannot say' : undefined;
}

function bodyBytes({ value, length, max }: FieldDefinition, wire: FieldWire): number {
  const isPacked = wire.digits.startsWith('bcd');
  switch (value) {
    case 'num':
      return isPacked ? (max + 1) >> 1 : max;
    case 'amt':
      return 1 + (isPacked ? max >> 1 : max - 1);
    case 'char':
      return wire.characters === 'track-nibbles' ? (max + 1) >> 1 : max;
    case 'bin':
      return (length === 'fixed' ? wire.binaryFixed : wire.binaryVariable) === 'hex' ? max * 2 : max;
  }
}
