import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAY_WITH_IT, READ_CARD } from './card-encryption.js';

interface Vector {
  readonly id: string;
  readonly [name: string]: unknown;
}
interface Reader {
  derive(key: Buffer, usage: string, device: string, counter: number): Buffer;
  readCard(terminal: object, counter: number, content: Buffer, iv: Buffer): Record<string, string>;
  cardContent(number: string, expiry: string): Buffer;
}

const file = new URL('../../../../test/vectors/p2pe-payloads.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Vector[] };
const WANTED = { scheme: 'AES-DUKPT', keyUsage: 'dataEncrypt', keyType: 'AES128', mode: 'CBC', padding: 'PKCS7' };
const ours = cases.filter(
  (vector) =>
    Object.entries(WANTED).every(([name, value]) => vector[name] === value) && String(vector['bdk']).length === 32,
);

const reader = (await import(`data:text/javascript,${encodeURIComponent(READ_CARD)}`)) as Reader;

describe('the reader of the guide', () => {
  it('has vectors to be held against', () => expect(ours.length).toBeGreaterThan(0));

  it.each(ours.map((vector) => [vector.id, vector] as const))('encrypts like a real one: %s', (_, vector) => {
    const text = (name: string) => String(vector[name]);
    const keyId = text('ksn').slice(0, 16);
    const initialKey = reader.derive(
      Buffer.from(text('bdk'), 'hex'),
      '8001',
      keyId.slice(0, 8),
      Number.parseInt(keyId.slice(8), 16),
    );
    const terminal = { initial_key: initialKey.toString('hex'), initial_key_id: keyId };
    const counter = Number.parseInt(text('ksn').slice(16), 16);
    const read = reader.readCard(terminal, counter, Buffer.from(text('plain'), 'hex'), Buffer.from(text('iv'), 'hex'));
    const mac = vector['mac'] as { value: string } | undefined;
    expect(read).toMatchObject({ ksn: text('ksn'), ciphertext: text('cipher') });
    if (mac !== undefined) expect(read['mac']).toBe(mac.value);
  });

  it('writes what a card holds as BER-TLV, and its page holds no card number in one piece [C1]', () => {
    const number = ['3530', '1113', '3330', '0000'].join('');
    const content = reader.cardContent(number, '3012').toString('hex').toUpperCase();
    expect(content).toBe(`5711${number}D30122010000000000${`5A08${number}`}5F24033012315F340101`);
    expect(READ_CARD + PAY_WITH_IT).not.toMatch(/[0-9]{12}/);
  });
});
