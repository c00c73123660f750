import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import type { ReaderDevice } from './card-reader.js';
import { ReaderCounter } from './reader-counter.js';
import { SharedReader } from './shared-reader.js';

const DEVICE: ReaderDevice & { next_counter: number } = {
  id: 'trm_0',
  profile: 'aes128-cbc-cmac-tlv',
  scheme: 'AES-DUKPT',
  initial_key: '1273671EA26AC29AFA4D1084127652A1',
  initial_key_id: '1234567890123456',
  next_counter: 1,
};
const presentation = { card: TEST_CARDS['jcb']!, entry: 'contactless', amountMinor: 1_500 } as const;

describe('a reader that several programs stand for', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tsunagu-reader-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const reader = (next = 1) => new SharedReader({ ...DEVICE, next_counter: next }, join(folder, 'counter'));

  it('never uses a key serial number twice, whichever of two programs reads the card', () => {
    const [till, webTill] = [reader(), reader()];
    const used = [1, 2, 3, 4].flatMap(() => [
      till.present(presentation).ksn,
      webTill.present({ ...presentation, pin: '1234' }).ksn,
      webTill.encryptPin(presentation.card, '1234').ksn,
    ]);
    expect(new Set(used).size).toBe(used.length);
  });

  it('goes on after the last counter when it starts again', () => {
    const first = reader().present(presentation).ksn;
    expect(reader().present(presentation).ksn).not.toBe(first);
  });

  it('starts where the sandbox file says when another program was further', () => {
    expect(reader(64).present(presentation).ksn.endsWith('00000040')).toBe(true);
  });

  it('burns no counter when the reading fails', () => {
    const counter = new ReaderCounter(join(folder, 'counter'), 1);
    expect(() =>
      counter.take(() => {
        throw new Error('no card');
      }),
    ).toThrow('no card');
    expect(counter.next).toBe(1);
  });

  it('takes over from a program that died while it read a card', () => {
    const lock = join(folder, 'counter.lock');
    writeFileSync(lock, '');
    utimesSync(lock, 0, 0);
    expect(reader().present(presentation).ksn.endsWith('00000001')).toBe(true);
  });
});
