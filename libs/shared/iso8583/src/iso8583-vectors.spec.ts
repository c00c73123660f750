import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, FrameDecoder, IsoMessage, compileSpec, defineSpec, frame, type Framing } from './index.js';
import { FIELD_TABLE } from './field-table.js';
import { plainOf } from './testing/plain.fixture.js';
import type { WireProfileName } from './wire-profile.js';

type VectorValue = string | { hex: string };
interface Vector {
  id: string;
  wire: WireProfileName;
  hex: string;
  fields: Record<string, VectorValue>;
  encodeFrom?: Record<string, VectorValue>;
}
interface VectorFile {
  fields: { field: number; kind: string; max: number; wire: string }[];
  messages: Vector[];
  publicSample: { wire: WireProfileName; framing: Framing; frameHex: string; fields: Record<string, VectorValue> };
  framings: { framing: Framing; frameHex: string; payloadHex: string }[];
  malformed: { id: string; wire: WireProfileName; hex: string; code: string; field: number | null }[];
}

const file = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/iso8583/iso8583-1993.json', import.meta.url), 'utf8'),
) as VectorFile;
const KINDS = new Map(FIELD_TABLE.map(({ field, value }) => [field, value]));
const codecOf = (wire: WireProfileName) => compileSpec(defineSpec(wire));

function messageOf(fields: Record<string, VectorValue>): IsoMessage {
  const message = new IsoMessage(fields['0'] as string);
  for (const [key, value] of Object.entries(fields)) {
    const field = Number(key);
    if (field === 0) continue;
    if (typeof value === 'string') message.set(field, value);
    else if (KINDS.get(field) === 'bin') message.set(field, Buffer.from(value.hex, 'hex'));
    else message.set(field, Buffer.from(value.hex, 'hex').toString('latin1'));
  }
  return message;
}

function contents(message: IsoMessage): Record<string, unknown> {
  return { 0: message.mti, ...plainOf(message) };
}

function outcomeOf(wire: WireProfileName, bytes: Buffer): IsoMessage | CodecError {
  try {
    return codecOf(wire).decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
}

describe('field table', () => {
  it('holds the 127 fields of the vector file, each with its length, kind and width', () => {
    const kinds = { fixed: 'fixed', ll: 'llvar', lll: 'lllvar' };
    const ours = FIELD_TABLE.map(({ field, length, max, value }) => ({ field, kind: kinds[length], max, wire: value }));
    expect(ours).toEqual(file.fields.map(({ field, kind, max, wire }) => ({ field, kind, max, wire })));
  });
});

describe('messages of an independent packer', () => {
  it.each(file.messages.map((vector) => [vector.id, vector] as const))('reads %s', (_, { wire, hex, fields }) => {
    expect(contents(codecOf(wire).decode(Buffer.from(hex, 'hex')))).toEqual(contents(messageOf(fields)));
  });

  it.each(file.messages.map((vector) => [vector.id, vector] as const))('writes %s', (_, vector) => {
    const codec = codecOf(vector.wire);
    expect(codec.encode(messageOf(vector.fields)).toString('hex').toUpperCase()).toBe(vector.hex);
    const short = { ...vector.fields, ...vector.encodeFrom };
    expect(codec.encode(messageOf(short)).toString('hex').toUpperCase()).toBe(vector.hex);
  });

  it('reads the public echo of another house', () => {
    const { wire, framing, frameHex, fields } = file.publicSample;
    const { frames } = new FrameDecoder(framing).push(Buffer.from(frameHex, 'hex'));
    expect(frames.map((bytes) => contents(codecOf(wire).decode(bytes)))).toEqual([contents(messageOf(fields))]);
  });
});

describe('malformed messages', () => {
  it.each(file.malformed.map((entry) => [entry.id, entry] as const))(
    'refuses %s and names the field [G8]',
    (_, entry) => {
      expect(outcomeOf(entry.wire, Buffer.from(entry.hex, 'hex'))).toMatchObject({
        code: entry.code,
        field: entry.field,
      });
    },
  );
});

describe('framings', () => {
  it.each(file.framings.map((entry) => [entry.framing, entry] as const))(
    'cuts %s however it is split',
    (framing, entry) => {
      const bytes = Buffer.from(entry.frameHex, 'hex');
      for (let cut = 0; cut <= bytes.length; cut++) {
        const decoder = new FrameDecoder(framing);
        const frames = [...decoder.push(bytes.subarray(0, cut)).frames, ...decoder.push(bytes.subarray(cut)).frames];
        expect(frames.map((payload) => payload.toString('hex').toUpperCase())).toEqual([entry.payloadHex]);
      }
    },
  );

  it.each(file.framings.map((entry) => [entry.framing, entry] as const))('writes %s', (framing, entry) => {
    const received = framing.endsWith('tpdu') ? Buffer.from('6000000012', 'hex') : undefined;
    expect(frame(framing, Buffer.from(entry.payloadHex, 'hex'), received).toString('hex').toUpperCase()).toBe(
      entry.frameHex,
    );
  });
});

describe('any damage', () => {
  const vectors = fc.constantFrom(...file.messages);
  const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255), fc.constantFrom('set', 'cut', 'insert', 'remove')), {
    minLength: 1,
    maxLength: 4,
  });

  it('gives a message that is written back as it came, or a CodecError', () => {
    fc.assert(
      fc.property(vectors, damage, ({ wire, hex }, changes) => {
        const bytes = changes.reduce(damaged, Buffer.from(hex, 'hex'));
        const outcome = outcomeOf(wire, bytes);
        if (outcome instanceof CodecError) return;
        expect(codecOf(wire).encode(outcome).equals(bytes)).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  function damaged(bytes: Buffer, [at, value, kind]: [number, number, string]): Buffer {
    const index = Math.min(at, bytes.length);
    if (kind === 'cut') return bytes.subarray(0, index);
    if (kind === 'remove') return Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + 1)]);
    if (kind === 'insert')
      return Buffer.concat([bytes.subarray(0, index), Buffer.from([value]), bytes.subarray(index)]);
    const changed = Buffer.from(bytes);
    if (index < changed.length) changed[index] = value;
    return changed;
  }
});
