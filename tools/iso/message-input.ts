import { CodecError, IsoMessage, compileSpec, type FieldValue, type Spec } from '@tsunagu/iso8583';
import { faultWords } from './fault-view.js';
import { IsoTrouble } from './iso-trouble.js';

type Entries = Record<string, unknown>;

/**
 * JSON to bytes. `{"mti": …, "fields": {…}, "header": {…}}`, or the fields alone with the MTI as field 0. A value is a text, or `{"hex": …}` for bytes.
 * @throws IsoTrouble not such JSON, or a value that does not fit its field (named, never shown)
 */
export function bytesOfJson(text: string, spec: Spec): Buffer {
  const message = messageOf(recordOf(parsed(text), 'the JSON'), spec);
  try {
    return compileSpec(spec).encode(message);
  } catch (error) {
    if (error instanceof CodecError) throw new IsoTrouble([`cannot be written: ${faultWords(error, spec)}`]);
    throw error;
  }
}

function messageOf(entries: Entries, spec: Spec): IsoMessage {
  const { mti = entries['0'], fields = withoutMembers(entries), header, ...rest } = entries;
  const strange = Object.keys(rest).find((name) => !/^\d+$/.test(name));
  if (strange !== undefined) throw new IsoTrouble([`the JSON has a member that is not known: ${strange}`]);
  if (typeof mti !== 'string') throw new IsoTrouble(['the JSON has no mti: {"mti":"1804","fields":{…}}']);
  const message = new IsoMessage(mti);
  for (const [name, value] of Object.entries(recordOf(fields, 'fields'))) {
    if (name === '0' || value === null) continue;
    message.set(fieldNumber(name), valueOf(value, name, spec));
  }
  if (header !== undefined) message.header = recordOf(header, 'header') as Record<string, string>;
  return message;
}

/** The form without `fields`: everything else that is a number is one. */
function withoutMembers(entries: Entries): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => /^\d+$/.test(name)));
}

function fieldNumber(name: string): number {
  const field = Number(name);
  if (!/^\d{1,3}$/.test(name) || field < 2 || field > 128)
    throw new IsoTrouble([`fields are numbers from 2 to 128, and "${name}" is none`]);
  return field;
}

function valueOf(value: unknown, name: string, spec: Spec): FieldValue {
  const kind = spec.fields.find(({ field }) => field === Number(name))?.value;
  if (typeof value === 'string') {
    if (kind === 'bin') throw new IsoTrouble([`field ${name} is binary: give it as {"hex":"…"}`]);
    return value;
  }
  const hex = recordOf(value, `field ${name}`)['hex'];
  if (typeof hex !== 'string' || !/^(?:[0-9A-Fa-f]{2})*$/.test(hex))
    throw new IsoTrouble([
      `field ${name} is neither a text nor {"hex":"…"} with whole bytes; numbers go in quotes, zeros matter`,
    ]);
  const bytes = Buffer.from(hex, 'hex');
  return kind === 'bin' ? bytes : bytes.toString('latin1');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new IsoTrouble(['the input is not JSON; encode takes {"mti":"1804","fields":{"11":"000901"}}']);
  }
}

function recordOf(value: unknown, what: string): Entries {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new IsoTrouble([`${what} is not an object`]);
  return value as Entries;
}
