import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { Secret } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { CodecError, IsoMessage, compileSpec, mask, readSpec } from './index.js';

const PAN = '4111111111111111';
const TRACK = `${PAN}D29122010000012345`;
const FIELDS = {
  2: PAN,
  14: '2912',
  35: TRACK,
  43: 'TSUNAGU',
  45: `B${PAN}^`,
  48: 'JD010164111111111111111',
  52: Buffer.from(PAN, 'hex'),
  55: Buffer.from(`5A08${PAN}`, 'hex'),
  62: PAN,
  96: Buffer.from(PAN),
};
/** Every form in which the number could show: text, hex of its text, packed, and the bytes of a printed buffer. */
const FORMS = [PAN, Buffer.from(PAN).toString('hex'), '41 11 11 11', '34 31 31 31', '65,17,17', '2912', 'QRERERERERE'];

const spec = readSpec({});
const codec = compileSpec(spec);
const decoded = codec.decode(codec.encode(new IsoMessage('1200', FIELDS)));

function printed(print: (console: Console) => void): string {
  let out = '';
  const stream = new Writable({ write: (chunk, _, done) => ((out += String(chunk)), done()) });
  print(new Console({ stdout: stream, stderr: stream }));
  return out;
}

const PRINTS: readonly (readonly [string, (message: IsoMessage) => string])[] = [
  ['JSON', (message) => JSON.stringify(message)],
  ['nested JSON', (message) => JSON.stringify({ at: [message], fields: message.fields().map((n) => message.get(n)) })],
  ['a template string', (message) => `${message as unknown as string}`],
  ['concatenation', (message) => 'message ' + String(message)],
  [
    'every field in a template string',
    (message) =>
      message
        .fields()
        .map((n) => `${message.get(n) as string}`)
        .join(),
  ],
  [
    'util.inspect with all its options',
    (message) => inspect(message, { depth: 9, showHidden: true, showProxy: true, getters: true }),
  ],
  [
    'util.inspect without the custom printer',
    (message) => inspect(message, { customInspect: false, depth: 9, showHidden: true }),
  ],
  [
    'inspect of the fields',
    (message) => inspect(new Map(message.fields().map((n) => [n, message.get(n)])), { showHidden: true, depth: 9 }),
  ],
  ['util.format', (message) => format('%s %o %O %j', message, message, message, message)],
  ['console.log', (message) => printed((console) => console.log(message, [message]))],
  ['console.dir', (message) => printed((console) => console.dir(message, { depth: 9, showHidden: true }))],
  ['console.table', (message) => printed((console) => console.table([message]))],
  ['console.error', (message) => printed((console) => console.error('it failed', message))],
  ['a structured clone', (message) => inspect(structuredClone({ ...message }), { depth: 9 })],
  ['its own members', (message) => JSON.stringify([Object.entries(message), Object.getOwnPropertyNames(message)])],
  ['an error about it', (message) => inspect(new Error('it failed', { cause: message }))],
  ['mask', (message) => JSON.stringify(mask(message))],
];

describe('a message [D1]', () => {
  it.each(PRINTS)('shows no card data in %s', (_, print) => {
    for (const message of [decoded, new IsoMessage('1200', FIELDS)]) {
      const text = print(message);
      for (const form of FORMS) expect(text).not.toContain(form);
    }
  });

  it('shows the mask and what is not sensitive', () => {
    expect(mask(decoded)).toEqual({
      mti: '1200',
      2: '411111******1111',
      14: '[4 masked]',
      35: `[${TRACK.length} masked]`,
      43: 'TSUNAGU',
      45: '[18 masked]',
      48: '[23 masked]',
      52: '[8 masked]',
      55: '[10 masked]',
      62: '[16 masked]',
      96: '[16 masked]',
    });
    expect(decoded.toJSON()).toEqual(mask(decoded));
  });

  it('hides a short card number whole', () => {
    expect(mask(new IsoMessage('1200', { 2: '411111111111' }))['2']).toBe('[12 masked]');
  });

  it('hands sensitive fields out wrapped, the others plain, and takes both back', () => {
    for (const field of decoded.fields())
      expect([field, decoded.get(field) instanceof Secret]).toEqual([field, field !== 43]);
    const copy = new IsoMessage('1200');
    for (const field of decoded.fields()) copy.set(field, decoded.get(field));
    expect(codec.encode(copy).equals(codec.encode(decoded))).toBe(true);
  });

  it('hides a card number in a field where none belongs, and no amounts', () => {
    const odd = {
      31: PAN,
      37: '632500000001',
      42: PAN.slice(0, 15),
      43: `SHOP ${PAN}`,
      59: '',
      86: '0000000025481920',
    };
    expect(mask(new IsoMessage('1200', { ...odd, 30: '000000012800000000000000' }))).toEqual({
      mti: '1200',
      30: '000000012800000000000000',
      31: '[16 masked]',
      37: '632500000001',
      42: '411111111111111',
      43: '[21 masked]',
      59: '[0 masked]',
      86: '0000000025481920',
    });
    const moved = new IsoMessage('1420', { 56: '12000001252611210930001188001234567', 101: `X${PAN}` });
    expect(mask(moved)).toMatchObject({ 56: '12000001252611210930001188001234567', 101: '[17 masked]' });
  });

  it('hides a field that its table does not have', () => {
    const none = compileSpec(readSpec({ fields: { 62: null } }));
    expect(
      none
        .decode(none.encode(new IsoMessage('1200', { 41: 'T1' })))
        .set(62, PAN)
        .get(62),
    ).toBeInstanceOf(Secret);
  });
});

describe('an error of the codec', () => {
  it('names field and offset and never the value, whatever was wrong', () => {
    const broken: (() => unknown)[] = [
      () => codec.encode(new IsoMessage('1200', { 2: `${PAN}x` })),
      () => codec.encode(new IsoMessage('1200', { 2: `${PAN}11111` })),
      () => codec.encode(new IsoMessage('1200', { 35: `${PAN}\u0000` })),
      () => codec.encode(new IsoMessage('1200', { 55: Buffer.from(`5A09${PAN}`, 'hex') })),
      () => codec.decode(Buffer.concat([codec.encode(new IsoMessage('1200', FIELDS)), Buffer.from(PAN)])),
      () => codec.decode(Buffer.from(`12004000000000000000${PAN}`)),
    ];
    for (const act of broken) {
      let error: unknown;
      try {
        act();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(CodecError);
      expect(Object.keys((error as CodecError).facts)).toEqual(['code', 'field', 'offset']);
      expect(inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error)).not.toContain('4111');
    }
  });
});

describe('a dissected message', () => {
  it('keeps what could be read, where it stood, and the fault', () => {
    const whole = codec.encode(
      new IsoMessage('1200', { 3: '000000', 11: '000001', 12: '261121091530', 41: 'TSN00001' }),
    );
    expect(codec.dissect(whole).spans).toEqual([
      { field: 0, from: 0, to: 4 },
      { field: 1, from: 4, to: 12 },
      { field: 3, from: 12, to: 18 },
      { field: 11, from: 18, to: 24 },
      { field: 12, from: 24, to: 36 },
      { field: 41, from: 36, to: 44 },
    ]);
    const cut = codec.dissect(whole.subarray(0, 40));
    expect(cut.fault).toMatchObject({ code: 'TRUNCATED', field: 41, offset: 36 });
    expect([cut.message?.text(11), cut.message?.has(41)]).toEqual(['000001', false]);
    expect(codec.dissect(Buffer.from('12'))).toMatchObject({
      message: undefined,
      fault: { code: 'TRUNCATED', field: 0 },
    });
  });
});
