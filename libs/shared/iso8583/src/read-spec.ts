import { AppError } from '@tsunagu/kernel';
import { CONTENT_KINDS, FIELD_MAX, type ContentKind, type FieldDefinition } from './field-table.js';
import { LENIENT_SWITCHES, type LenientSwitch } from './leniency.js';
import { defineSpec, wireOf, type Spec } from './spec.js';
import { UNIONPAY_HOST, UNIONPAY_TERMINAL } from './unionpay/specs.js';
import { WIRE_CHOICES, WIRE_PROFILES, type FieldWire, type WireProfile } from './wire-profile.js';
import { wireFault } from './wire-width.js';

/** A spec in a file is wrong. Names the entry and the rule. */
export class SpecError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(
    readonly entry: string,
    readonly rule: string,
  ) {
    super(`spec: ${entry} ${rule}`, { entry });
  }
}

const BASES: Readonly<Record<string, Spec>> = {
  'iso8583-1993': defineSpec('hybrid'),
  'unionpay-1987': UNIONPAY_HOST,
  'unionpay-1987-terminal': UNIONPAY_TERMINAL,
};
const MEMBERS = ['base', 'profile', 'wire', 'fields', 'lenient'];
const FIELD_WIRE_MEMBERS = [
  'digits',
  'padNibble',
  'characters',
  'prefix',
  'prefixUnit',
  'binaryFixed',
  'binaryVariable',
];
const DEFINITION_MEMBERS = ['name', 'value', 'length', 'max', 'content', 'sensitive'];
const VALUES = ['num', 'char', 'bin', 'amt'] as const;
const LENGTHS = ['fixed', 'll', 'lll'] as const;
/** The widest field that a three-digit or two-byte prefix is used for. */
const MAX_MAX = 9_999;

type Entries = Readonly<Record<string, unknown>>;

/**
 * Read a spec from parsed JSON or YAML: a base, and what this link does differently.
 *
 * `base` iso8583-1993 (default), unionpay-1987 or unionpay-1987-terminal · `profile` one of the four wire profiles (default: that of the base) ·
 * `wire` members of a profile, for the whole message · `fields` by number: members of a field's wire, `name`, `value`, `length`, `max`, `content`
 * (a layout, or `none`), `sensitive: true`; null takes the field out of the table · `lenient` a list of switches.
 *
 * @throws SpecError names the first entry that is wrong, or that could not be written
 * @example readSpec({ profile: 'ascii', fields: { 35: { characters: 'track-nibbles', prefix: 'binary' }, 43: { characters: 'shift-jis' } } })
 */
export function readSpec(content: unknown): Spec {
  const entries = record(content, 'the file');
  known(entries, MEMBERS, '');
  const base = BASES[choice(entries['base'] ?? 'iso8583-1993', Object.keys(BASES), 'base')] as Spec;
  const profile = entries['profile'];
  const start = profile === undefined ? base.wire : WIRE_PROFILES[choice(profile, PROFILE_NAMES, 'profile')];
  const wire = { ...start, ...wireMembers(record(entries['wire'] ?? {}, 'wire'), 'wire', Object.keys(WIRE_CHOICES)) };
  const lenient = list(entries['lenient'] ?? [], 'lenient').map((one) => choice(one, LENIENT_SWITCHES, 'lenient'));
  const overrides = record(entries['fields'] ?? {}, 'fields');
  const spec = withFields({ ...base, wire: wire as WireProfile, lenient: lenient as LenientSwitch[] }, overrides);
  for (const definition of spec.fields) {
    const fault = wireFault(definition, wireOf(spec, definition.field)) ?? contentMisfit(definition);
    if (fault !== undefined) throw new SpecError(`fields.${definition.field}`, fault);
  }
  return spec;
}

const PROFILE_NAMES = Object.keys(WIRE_PROFILES) as (keyof typeof WIRE_PROFILES)[];

function withFields(spec: Spec, overrides: Entries): Spec {
  const table = new Map(spec.fields.map((definition) => [definition.field, definition]));
  const fieldWires: Record<number, Partial<FieldWire>> = { ...spec.fieldWires };
  for (const [key, value] of Object.entries(overrides)) {
    const field = fieldNumber(key);
    if (value === null) {
      table.delete(field);
      continue;
    }
    const path = `fields.${field}`;
    const entries = record(value, path);
    known(entries, [...FIELD_WIRE_MEMBERS, ...DEFINITION_MEMBERS], `${path}.`);
    fieldWires[field] = { ...fieldWires[field], ...wireMembers(entries, path, FIELD_WIRE_MEMBERS) };
    table.set(field, overridden(table.get(field), field, entries));
  }
  return { ...spec, fields: [...table.values()].sort((one, other) => one.field - other.field), fieldWires };
}

function fieldNumber(key: string): number {
  const field = Number(key);
  if (!/^\d{1,3}$/.test(key) || field < 2 || field > FIELD_MAX || field === 65)
    throw new SpecError('fields', 'may name the fields 2 to 128 without 65');
  return field;
}

function overridden(known: FieldDefinition | undefined, field: number, entries: Entries): FieldDefinition {
  const path = `fields.${field}`;
  const of = (name: string, fallback: unknown): unknown => {
    const value = entries[name] ?? fallback;
    if (value === undefined) throw new SpecError(`${path}.${name}`, 'is missing: the base has no such field');
    return value;
  };
  const definition = {
    field,
    name: text(of('name', known?.name ?? 'Private'), `${path}.name`),
    value: choice(of('value', known?.value), VALUES, `${path}.value`),
    length: choice(of('length', known?.length), LENGTHS, `${path}.length`),
    max: whole(of('max', known?.max), `${path}.max`),
    isSensitive: isSensitive(known, entries['sensitive'], `${path}.sensitive`),
  };
  const isReshaped = ['value', 'length', 'max'].some((name) => entries[name] !== undefined);
  const content = entries['content'] ?? (isReshaped ? 'none' : (known?.content ?? 'none'));
  const kind = choice(content, [...CONTENT_KINDS, 'none'] as const, `${path}.content`);
  return kind === 'none' ? definition : { ...definition, content: kind };
}

/** A link may hide more than its base, never less. */
function isSensitive(known: FieldDefinition | undefined, said: unknown, path: string): boolean {
  if (said !== undefined && said !== true)
    throw new SpecError(path, 'can only be true: what the base hides stays hidden');
  return known === undefined || known.isSensitive || said === true;
}

/** A layout that no value of the field could have. */
function contentMisfit({ content, value, length, max }: FieldDefinition): string | undefined {
  if (content === undefined) return undefined;
  const kinds: Partial<Record<ContentKind, string>> = {
    'tlv-ber': 'bin',
    'tlv-private': 'char',
    'original-data': 'num',
  };
  const wanted = kinds[content];
  const fits =
    wanted === undefined ? value === 'num' && length === 'fixed' && max === content.length : value === wanted;
  return fits ? undefined : 'has a content that does not fit its kind and length';
}

function wireMembers(entries: Entries, path: string, names: readonly string[]): Partial<WireProfile> {
  if (path === 'wire') known(entries, names, 'wire.');
  const found = names.flatMap((name) => {
    const value = entries[name];
    if (value === undefined) return [];
    return [[name, choice(value, WIRE_CHOICES[name as keyof WireProfile], `${path}.${name}`)]];
  });
  return Object.fromEntries(found) as Partial<WireProfile>;
}

function known(entries: Entries, names: readonly string[], path: string): void {
  const unknown = Object.keys(entries).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SpecError(`${path}${unknown}`, `is not known; there are ${names.join(', ')}`);
}

function record(value: unknown, path: string): Entries {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SpecError(path, 'must be an object');
  return value as Entries;
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new SpecError(path, 'must be a list');
  return value;
}

function choice<T extends string>(value: unknown, of: readonly T[], path: string): T {
  const found = of.find((one) => one === value);
  if (found === undefined) throw new SpecError(path, `must be one of ${of.join(', ')}`);
  return found;
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 80) throw new SpecError(path, 'must be a short text');
  return value;
}

function whole(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_MAX)
    throw new SpecError(path, `must be a whole number from 1 to ${MAX_MAX}`);
  return value;
}
