import { createCipheriv, randomBytes } from 'node:crypto';
import { IsoMessage } from '@tsunagu/iso8583';
import { describe, expect, it } from 'vitest';
import { PinBook } from './pin-book.js';
import { TEST_CARDS, type TestCard } from './test-cards.js';

const AES = Buffer.from('E11B4494BCE142DB38ABC31CF9C15242', 'hex');
const TDES = Buffer.from('A4343734DF3732D9D6545E3BF1ADC1D9', 'hex');
const UNIONPAY = TEST_CARDS['unionpay']!;
const LONG = TEST_CARDS['unionpay-19']!;
const VISA = TEST_CARDS['visa']!;

/** ISO 9564-1 format 4, written for this spec alone. */
function format4(pin: string, pan: string, key = AES): Buffer {
  const field = Buffer.from(
    `4${pin.length.toString(16)}${pin}`.padEnd(16, 'A') + randomBytes(8).toString('hex'),
    'hex',
  );
  const account = Buffer.from(`${pan.length - 12}${pan}`.padEnd(32, '0'), 'hex');
  const inner = encipher('aes-128-ecb', key, field);
  return encipher('aes-128-ecb', key, Buffer.from(inner.map((byte, index) => byte ^ account[index]!)));
}

function format0(pin: string, pan: string, control: 0 | 3 = 0): Buffer {
  const field = Buffer.from(`${control}${pin.length.toString(16)}${pin}`.padEnd(16, control === 0 ? 'F' : 'C'), 'hex');
  const account = Buffer.from(`0000${pan.slice(-13, -1)}`, 'hex');
  const clear = Buffer.from(field.map((byte, index) => byte ^ account[index]!));
  return encipher('des-ede3-ecb', Buffer.concat([TDES, TDES.subarray(0, 8)]), clear);
}

function encipher(algorithm: string, key: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

function withPin(card: TestCard, block: Buffer, format = 4, keyId = 'zpk-cup-'): IsoMessage {
  const [scheme, inside] = format === 4 ? [4, block] : [3, Buffer.alloc(0)];
  const security = Buffer.concat([Buffer.from([scheme, format]), inside, Buffer.from(keyId)]);
  const message = new IsoMessage('1200', { 2: card.pan, 53: security });
  return format === 4 ? message : message.set(52, block);
}

describe('PINs at the issuer', () => {
  it.each([UNIONPAY, LONG])('knows the six digits of $name from others, and from another card’s', (card) => {
    const book = new PinBook();
    const judged = (pin: string, pan = card.pan) => book.judge(withPin(card, format4(pin, pan)));
    expect([judged('123456'), judged('654321'), judged('123456')]).toEqual(['right', 'wrong', 'right']);
    expect(judged('123456', VISA.pan)).toBe('broken');
    expect(book.judge(withPin(card, format4('123456', card.pan, TDES)))).toBe('broken');
  });

  it.each([0, 3] as const)('reads format %i under the TDES key of the link', (format) => {
    const book = new PinBook();
    const judged = (pin: string) => book.judge(withPin(VISA, format0(pin, VISA.pan, format), format, 'zpk-acq-'));
    expect([judged('1234'), judged('4321')]).toEqual(['right', 'wrong']);
  });

  it('locks a card after three misses, lets no right PIN through meanwhile, and forgives after five minutes', () => {
    let now = 0;
    const book = new PinBook(() => now);
    const judged = (card: TestCard, pin: string) => book.judge(withPin(card, format4(pin, card.pan)));
    expect([1, 2, 3].map(() => judged(UNIONPAY, '000000'))).toEqual(['wrong', 'wrong', 'wrong']);
    expect([judged(UNIONPAY, '123456'), judged(LONG, '123456')]).toEqual(['locked', 'right']);
    now = 300_001;
    expect(judged(UNIONPAY, '123456')).toBe('right');
  });

  it('forgets misses after a right PIN', () => {
    const book = new PinBook();
    const judged = (pin: string) => book.judge(withPin(UNIONPAY, format4(pin, UNIONPAY.pan)));
    const tries = ['000000', '000000', '123456', '000000', '000000', '123456'];
    expect(tries.map(judged)).toEqual(['wrong', 'wrong', 'right', 'wrong', 'wrong', 'right']);
  });

  it('judges no PIN under a key that nobody told it, none where there is none, and takes any of a card that it has no record of', () => {
    const book = new PinBook();
    expect(book.judge(withPin(UNIONPAY, format4('000000', UNIONPAY.pan), 4, 'cup-v1  '))).toBe('unread');
    expect(book.judge(new IsoMessage('1200', { 2: UNIONPAY.pan }))).toBe('none');
    const stranger = { ...UNIONPAY, pan: '6250941006528599' };
    expect(book.judge(withPin(stranger, format4('739154', stranger.pan)))).toBe('right');
  });
});
