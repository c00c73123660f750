import { describe, expect, it } from 'vitest';
import { FORBIDDEN_CLEAR_TAGS, encodeTlv } from '@tsunagu/emv';
import { PaymentError } from '../payment-error.js';
import { readPresentment } from './read-presentment.js';
import type { StatedPresentment } from './stated-presentment.js';

const PIN = { format: 'iso4', ksn: '00', data: '00' } as const;
const WHOLE = { '95': '0000008000', '9F10': '06010A03A00000', '9F26': '1122334455667788', '4F': 'A0000000031010', '84': 'A0000000031010' }; // prettier-ignore

function emv(tags: Readonly<Record<string, string>>): string {
  return encodeTlv(Object.entries(tags).map(([tag, hex]) => ({ tag, value: Buffer.from(hex, 'hex') }))).toString('hex');
}

function read(
  card: { entryMode?: 'chip' | 'contactless' | 'stripe'; tags?: Readonly<Record<string, string>>; hasPin?: boolean },
  stated?: StatedPresentment,
  contract = 'standard',
) {
  const { entryMode = 'contactless', tags, hasPin = false } = card;
  const sent = { entryMode, emv: tags && emv(tags), pinBlock: hasPin ? PIN : undefined };
  return readPresentment(sent, stated, { place: { contract, date: '2026-11-23' }, brand: 'mastercard' });
}

function refusal(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    if (error instanceof PaymentError) return { code: error.code, ...error.facts };
  }
  return undefined;
}

describe('what till and chip say of a reading', () => {
  it.each([...FORBIDDEN_CLEAR_TAGS])('refuses tag %s in the clear, names it, and repeats no value [G9]', (tag) => {
    const said = refusal(() => read({ tags: { [tag]: '4111111111111111' } }));
    expect(said).toEqual({ code: 'card_data_invalid', card_rule: 'forbidden_clear_tag', chip_tag: tag });
    const inTemplate = refusal(() => read({ tags: { '70': emv({ [tag]: '4111111111111111' }) } }));
    expect(inTemplate).toMatchObject({ chip_tag: tag });
  });

  it('prefers the chip, and refuses a till that contradicts it', () => {
    const tags = { '9F34': '1E0300' };
    expect(read({ tags }).presentment.cvm).toBe('signature');
    expect(read({ tags }, { cvm: 'signature' }).presentment.cvm).toBe('signature');
    expect(refusal(() => read({ tags }, { cvm: 'none' }))).toEqual({
      code: 'card_data_invalid',
      card_rule: 'verification_contradicts',
      chip_tag: '9F34',
    });
    expect(read({}, { cvm: 'device' }).presentment.cvm).toBe('device');
    expect(read({}).presentment.cvm).toBeNull();
  });

  it('takes a PIN block for an online PIN, and refuses an online PIN without its block', () => {
    expect(read({ hasPin: true }).presentment).toMatchObject({ cvm: 'online_pin', hasPin: true });
    expect(read({ hasPin: true, tags: { '9F34': '1F0302' } }).presentment.cvm).toBe('online_pin');
    expect(read({ hasPin: true, tags: { '9F34': '1E0300' } }).presentment.cvm).toBe('signature'); // PIN and signature
    for (const how of [
      () => read({}, { cvm: 'online_pin' }),
      () => read({ entryMode: 'chip', tags: { '9F34': '420300' } }),
    ])
      expect(refusal(how)).toMatchObject({ card_rule: 'pin_block_missing' });
  });

  it("knows a device's verification by the tag of the application's brand", () => {
    const visa = { '4F': 'A0000000031010', '9F6C': '0080' };
    expect(read({ tags: visa }).presentment.cvm).toBe('device');
    expect(read({ tags: { ...visa, '9F6C': '8000' } }).asks).toBe('online_pin');
    expect(read({ tags: { ...visa, '9F6C': '8000' }, hasPin: true }).asks).toBeNull();
    expect(read({ tags: { ...visa, '9F6C': '4000' } })).toMatchObject({
      asks: 'signature',
      presentment: { cvm: 'signature' },
    });
    expect(read({ tags: { '9F34': '010002' } }).presentment.cvm).toBe('device');
    expect(read({ entryMode: 'chip', tags: { '9F34': '010002' } }).presentment.cvm).toBe('offline_pin');
  });

  it('lets no till say that a phone verified the holder when the card says that it did not', () => {
    const visa = { '4F': 'A0000000031010' };
    for (const qualifiers of ['0000', '4000', '8000'])
      expect(refusal(() => read({ tags: { ...visa, '9F6C': qualifiers } }, { cvm: 'device' }))).toEqual({
        code: 'card_data_invalid',
        card_rule: 'verification_contradicts',
        chip_tag: '9F6C',
      });
    expect(read({ tags: visa }, { cvm: 'device' }).presentment.cvm).toBe('device');
  });

  it('takes no signature for the PIN that a card asks for, unless the card takes both', () => {
    const visa = { '4F': 'A0000000031010' };
    expect(read({ tags: { ...visa, '9F6C': '8000' } }, { cvm: 'signature' }).asks).toBe('online_pin');
    expect(read({ tags: { ...visa, '9F6C': '8000', '9F34': '1E0300' } }).asks).toBe('online_pin');
    expect(read({ tags: { ...visa, '9F6C': 'C000' } }, { cvm: 'signature' }).asks).toBeNull();
    expect(read({ tags: { ...visa, '9F6C': '4000' } }, { cvm: 'signature' }).asks).toBeNull();
  });

  it('keeps the application that was chosen, with the label of the card, and refuses two of them', () => {
    const tags = { '4F': 'A000000333010102', '50': Buffer.from('UnionPay').toString('hex') };
    expect(read({ tags }).presentment.application).toEqual({
      aid: 'A000000333010102',
      label: 'UnionPay',
      brand: 'unionpay',
    });
    expect(read({}, { application: { aid: 'a0000000041010' } }).presentment.application).toEqual({
      aid: 'A0000000041010',
      label: 'Mastercard',
      brand: 'mastercard',
    });
    expect(read({}, { application: { aid: 'F000000001', label: 'OWN' } }).presentment.application).toEqual({
      aid: 'F000000001',
      label: 'OWN',
      brand: 'unknown',
    });
    expect(refusal(() => read({ tags }, { application: { aid: 'A0000000031010' } }))).toMatchObject({
      card_rule: 'application_contradicts',
    });
  });

  it('keeps a record of the chip without anything sensitive', () => {
    expect(read({ entryMode: 'chip', tags: WHOLE }).presentment.emv).toEqual(WHOLE);
    expect(read({}).presentment.emv).toBeNull();
  });

  it('keeps why a chip card was swiped, and only then', () => {
    expect(read({ entryMode: 'stripe' }, { fallback: 'chip_failed_again' }).presentment.fallback).toBe(
      'chip_failed_again',
    );
    expect(refusal(() => read({ entryMode: 'chip' }, { fallback: 'chip_read_once' }))).toMatchObject({
      card_rule: 'fallback_without_stripe',
    });
  });

  it('wants of an inserted card what the contract of its acquirer wants, and names what is missing', () => {
    expect(read({ entryMode: 'chip', tags: WHOLE }, undefined, 'strict').presentment.cvm).toBeNull();
    for (const tag of Object.keys(WHOLE)) {
      const { [tag as keyof typeof WHOLE]: _left, ...rest } = WHOLE;
      const how = () => read({ entryMode: 'chip', tags: rest }, undefined, 'strict');
      expect(refusal(how)).toEqual({ code: 'card_data_invalid', card_rule: 'chip_tag_missing', chip_tag: tag });
      expect(read({ tags: rest }, undefined, 'strict').presentment.emv).toEqual(rest); // a tap has less
    }
    expect(refusal(() => read({ entryMode: 'chip' }, undefined, 'strict'))).toMatchObject({
      card_rule: 'chip_tag_missing',
    });
    expect(read({ entryMode: 'chip' }).presentment.emv).toBeNull();
    expect(read({}, undefined, 'strict').presentment.emv).toBeNull();
  });

  it('takes 199 bytes where the acquirer takes 199, and not one more', () => {
    const used = emv(WHOLE).length / 2;
    const filled = (length: number) => ({ ...WHOLE, '9F7C': '00'.repeat(length - used - 4) }); // tag 2, length 2 above 127
    expect(emv(filled(199)).length).toBe(398);
    expect(read({ entryMode: 'chip', tags: filled(199) }, undefined, 'strict').presentment.emv).toEqual(WHOLE);
    expect(refusal(() => read({ entryMode: 'chip', tags: filled(200) }, undefined, 'strict'))).toMatchObject({
      card_rule: 'chip_data_too_long',
    });
  });

  it.each(['zz', '9F3403', '9F340101'])('refuses chip data that cannot be read: %s', (hex) => {
    const card = { entryMode: 'chip', emv: hex } as const;
    const from = { place: { contract: 'standard', date: '2026-11-23' } };
    expect(refusal(() => readPresentment(card, undefined, from))).toMatchObject({ code: 'card_data_invalid' });
  });
});
