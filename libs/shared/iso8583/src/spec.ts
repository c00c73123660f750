import { FIELD_TABLE, type FieldDefinition } from './field-table.js';
import type { HeaderLayout } from './interchange-header.js';
import type { LenientSwitch } from './leniency.js';
import { MTI_1993, type MtiTable } from './message-type.js';
import { TSN93_PRESENCE, type PresenceTable } from './presence.js';
import { TSN93_RULES } from './tsn93-rules.js';
import type { MessageRule } from './validator.js';
import { WIRE_PROFILES, type FieldWire, type WireProfile, type WireProfileName } from './wire-profile.js';

/**
 * What a link speaks, as data: the edition, how values are written, the field table, and where this link differs.
 * A spec is made by {@link defineSpec}, or by `readSpec` from a links file.
 */
export interface Spec {
  readonly name: string;
  readonly mti: MtiTable;
  readonly wire: WireProfile;
  readonly fields: readonly FieldDefinition[];
  /** By field number, what this link writes differently from its profile. */
  readonly fieldWires: Readonly<Record<number, Partial<FieldWire>>>;
  /** What stands between the frame and the MTI. */
  readonly header: HeaderLayout | null;
  readonly lenient: readonly LenientSwitch[];
  /** Which fields a message must carry; the validator asks, the codec never. */
  readonly presence: PresenceTable;
  /** What the validator asks beyond presence and content. */
  readonly rules: readonly MessageRule[];
}

/**
 * Describe a link that speaks TSN-93.
 * @param profile one of the four wire profiles
 * @param fieldWires per field number, what this link writes differently from its profile
 */
export function defineSpec(profile: WireProfileName, fieldWires: Spec['fieldWires'] = {}): Spec {
  return {
    name: 'iso8583-1993',
    mti: MTI_1993,
    wire: WIRE_PROFILES[profile],
    fields: FIELD_TABLE,
    fieldWires,
    header: null,
    lenient: [],
    presence: TSN93_PRESENCE,
    rules: TSN93_RULES,
  };
}

/** How one field of a spec is written. */
export function wireOf(spec: Spec, field: number): FieldWire {
  return { ...spec.wire, ...spec.fieldWires[field] };
}
