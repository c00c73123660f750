import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import { TEST_PRESENTATIONS } from '../cards/test-presentations.js';
import type { CardPresent, PinBlock } from './card-reader.js';
import { SandboxReaders } from './sandbox-readers.js';
import { TestDesk } from './test-desk.js';

const TERMINAL = {
  id: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE',
  api_key: 'tsk_test_of_a_terminal',
  profile: 'aes128-cbc-cmac-tlv',
  scheme: 'AES-DUKPT',
  initial_key: '1273671EA26AC29AFA4D1084127652A1',
  initial_key_id: '1234567890123456',
  next_counter: 7,
};

describe('virtual terminals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsunagu-test-desk-'));
  const file = join(folder, 'sandbox.json');
  let desk: TestDesk;

  beforeAll(() => {
    writeFileSync(file, JSON.stringify({ tenants: [{ stores: [{ id: 'str_1', terminals: [TERMINAL] }] }] }));
    desk = new TestDesk(new SandboxReaders(file));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const present = (body: object): CardPresent & { cvm?: string } => {
    const { status, body: answer } = desk.present(TERMINAL.id, { amount: 1_500, currency: 'JPY', ...body });
    expect(status).toBe(200);
    return (answer as { card_present: CardPresent }).card_present;
  };

  it.each(TEST_PRESENTATIONS.map(({ name }) => name))('%s can be shown, and nothing of it is in the clear', (name) => {
    const read = JSON.stringify([present({ card: name }), desk.cards()]);
    for (const { pan, track2 } of Object.values(TEST_CARDS))
      for (const secret of [pan, track2]) expect(read).not.toContain(secret);
  });

  it('begins with the counter of the sandbox, never repeats one, and tells the next one', () => {
    const ksns = [1, 2, 3].map(() => present({ card: 'jcb' }).ksn);
    expect(new Set(ksns).size).toBe(3);
    const counters = ksns.map((ksn) => Number.parseInt(ksn.slice(-8), 16));
    expect(Math.min(...counters)).toBeGreaterThanOrEqual(TERMINAL.next_counter);
    const { tenants } = JSON.parse(readFileSync(file, 'utf8')) as {
      tenants: { stores: { terminals: { next_counter: number }[] }[] }[];
    };
    expect(tenants[0]?.stores[0]?.terminals[0]?.next_counter).toBeGreaterThan(Math.max(...counters));
  });

  it('shows a card as its name says, or as the question says', () => {
    expect(present({ card: 'unionpay_pin' })).toMatchObject({ entry_mode: 'chip', pin_block: { format: 'iso4' } });
    expect(present({ card: 'unionpay' }).pin_block).toBeUndefined();
    expect(present({ card: 'unionpay', pin: '123456' }).pin_block).toBeDefined();
    expect(present({ card: 'mastercard_tap_phone' })).toMatchObject({ entry_mode: 'contactless' });
    expect(present({ card: 'mastercard_tap_phone' }).emv).toContain('9F3403010002');
    expect(present({ card: 'jcb_swipe_signature' })).toMatchObject({ entry_mode: 'stripe', cvm: 'signature' });
    expect(present({ card: 'jcb', entry: 'chip' }).entry_mode).toBe('chip');
    expect(present({ card: 'unionpay_visa_as_visa' }).emv).toContain('A000000003');
  });

  it('writes amount and currency into the chip data', () => {
    expect(present({ card: 'visa', amount: 12_345 }).emv).toContain('9F0206000000012345');
    expect(present({ card: 'visa', currency: 'KWD' }).emv).toContain('5F2A020414');
  });

  it('types a PIN for a card that the centre holds', () => {
    const blocks = [{}, { pin: '9999' }].map((pin) => desk.pin(TERMINAL.id, { card: 'visa', ...pin }).body);
    const [own, other] = blocks as { pin_block: PinBlock }[];
    expect([own?.pin_block.format, other?.pin_block.format]).toEqual(['iso4', 'iso4']);
    expect(own?.pin_block.ksn).not.toBe(other?.pin_block.ksn);
  });

  it.each([
    [{ card: 'nobody' }, 'card'],
    [{ card: 'constructor' }, 'card'],
    [{ card: 'jcb', amount: 0 }, 'amount'],
    [{ card: 'jcb', currency: 'QQQ' }, 'currency'],
    [{ card: 'jcb', pin: '12' }, 'pin'],
    [{ card: 'jcb_swipe_signature', entry: 'keyed' }, 'entry'],
  ])('names the wrong field of %j', (body, field) => {
    const asked = { amount: 1, currency: 'JPY', ...body };
    expect(desk.present(TERMINAL.id, asked)).toMatchObject({ status: 400, body: { field } });
  });

  it('has no reader for a terminal that the sandbox does not know, and says so when there is no sandbox', () => {
    const asked = { card: 'jcb', amount: 1, currency: 'JPY' };
    expect(desk.present('trm_01JDA0Q5P8F6TBN3X2V7K9M4RF', asked).status).toBe(404);
    const early = new TestDesk(new SandboxReaders(join(folder, 'not-yet.json')));
    expect(early.present(TERMINAL.id, asked).status).toBe(503);
  });
});
