import { MTI_1987 } from '../message-type.js';
import type { PresenceTable } from '../presence.js';
import type { Spec } from '../spec.js';
import { WIRE_PROFILES } from '../wire-profile.js';
import { FIELD_TABLE_1987 } from './field-table-1987.js';
import { APPLICATION_HEADER, INTERCHANGE_HEADER } from './headers.js';

const REQUEST = [3, 11, 25, 41, 42];
const ANSWER = { mandatory: [3, 11, 39, 41, 42], conditional: [] };

/** @source iso8583-1993.md §18.2 */
const PRESENCE: PresenceTable = {
  '10': { mandatory: REQUEST, conditional: [] },
  '11': ANSWER,
  '20': { mandatory: REQUEST, conditional: [] },
  '21': ANSWER,
  '22': { mandatory: REQUEST, conditional: [originalNamed] },
  '23': ANSWER,
  '40': { mandatory: REQUEST, conditional: [] },
  '41': ANSWER,
  '42': { mandatory: REQUEST, conditional: [originalNamed] },
  '43': ANSWER,
};

/** Field 61 at the terminal, 90 at the host. */
function originalNamed(message: { has(field: number): boolean }): { field: number; rule: 'original_data' } | undefined {
  return message.has(61) || message.has(90) ? undefined : { field: 90, rule: 'original_data' };
}

/** A direct line to the switch: readable digits, raw bitmap, the 46-byte header. @source iso8583-1993.md §18 */
export const UNIONPAY_HOST: Spec = {
  name: 'unionpay-1987',
  mti: MTI_1987,
  wire: WIRE_PROFILES.hybrid,
  fields: FIELD_TABLE_1987,
  fieldWires: {},
  header: INTERCHANGE_HEADER,
  lenient: [],
  presence: PRESENCE,
  rules: [],
};

const TRACK = { characters: 'track-nibbles', padNibble: '0' } as const;

/**
 * A terminal line: packed digits, tracks as nibbles, 60 and 61 as digits, the 6-byte header behind a TPDU (framing `be2+tpdu`).
 * The widths of 60 and 61 are from memory of the terminal's field guide: a link whose guide differs says so in its own spec.
 * @source iso8583-1993.md §18.1, §18.2
 */
export const UNIONPAY_TERMINAL: Spec = {
  ...UNIONPAY_HOST,
  name: 'unionpay-1987-terminal',
  wire: WIRE_PROFILES.binary,
  fields: FIELD_TABLE_1987.map((definition) => {
    if (definition.field === 60) return { ...definition, value: 'num', max: 17 };
    return definition.field === 61 ? { ...definition, value: 'num', max: 29 } : definition;
  }),
  fieldWires: { 35: TRACK, 36: TRACK },
  header: APPLICATION_HEADER,
};
