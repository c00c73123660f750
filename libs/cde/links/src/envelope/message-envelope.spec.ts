import { createCipheriv, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveEnvelopeKey, DIRECTION, type EnvelopeKey } from './envelope-key.js';
import { ENVELOPE_OVERHEAD_BYTES, MessageEnvelope, MessageEnvelopeError } from './message-envelope.js';

const MESSAGE = Buffer.from('1804 a message', 'latin1');
const keyed = (id: number, secret = 'master'): Promise<EnvelopeKey> =>
  deriveEnvelopeKey({ id, linkId: 'JCB00001' }, async (data) =>
    createHmac('sha256', secret).update(data).digest().subarray(0, 16),
  );

async function ends(...ids: number[]): Promise<{ acquirer: MessageEnvelope; host: MessageEnvelope }> {
  const both = { acquirer: new MessageEnvelope('JCB00001', 'acquirer'), host: new MessageEnvelope('JCB00001', 'host') };
  for (const id of ids) for (const end of Object.values(both)) end.accept(await keyed(id));
  return both;
}

const faultOf = (open: () => Buffer): string => {
  try {
    open();
  } catch (error) {
    if (error instanceof MessageEnvelopeError) return error.fault;
    throw error;
  }
  return 'opened';
};

describe('whole-message envelope', () => {
  it('opens at the other end what was sealed at this one, 30 bytes longer', async () => {
    const { acquirer, host } = await ends(7);
    const sealed = acquirer.seal(MESSAGE, 7, 1n);
    expect(sealed.length).toBe(MESSAGE.length + ENVELOPE_OVERHEAD_BYTES);
    expect(sealed.subarray(0, 14).toString('hex')).toBe('5445010100070000000000000001');
    expect(host.open(sealed)).toEqual(MESSAGE);
  });

  it('is AES-256-GCM with salt ‖ sequence as nonce over header ‖ link id ‖ direction', async () => {
    const { acquirer } = await ends(7);
    const { cipher, salt } = (await keyed(7)).of[DIRECTION.acquirerToHost];
    const sealed = acquirer.seal(MESSAGE, 7, 258n);
    const gcm = createCipheriv('aes-256-gcm', cipher, Buffer.concat([salt, Buffer.from('0000000000000102', 'hex')]));
    gcm.setAAD(Buffer.from(`54450101000700000000000001024a4342303030303101`, 'hex'));
    const expected = Buffer.concat([gcm.update(MESSAGE), gcm.final(), gcm.getAuthTag()]);
    expect(sealed.subarray(14)).toEqual(expected);
  });

  it('refuses a replayed and a reordered message, and goes on with the next', async () => {
    const { acquirer, host } = await ends(7);
    const [first, second, third] = [1n, 2n, 3n].map((sequence) => acquirer.seal(MESSAGE, 7, sequence));
    host.open(second!);
    expect(faultOf(() => host.open(second!))).toBe('replayed');
    expect(faultOf(() => host.open(first!))).toBe('replayed');
    expect(host.open(third!)).toEqual(MESSAGE);
  });

  it('refuses a truncated, a bit-flipped and a bare message, whatever bit it is', async () => {
    const { acquirer, host } = await ends(7);
    const sealed = acquirer.seal(MESSAGE, 7, 1n);
    expect(faultOf(() => host.open(sealed.subarray(0, sealed.length - 1)))).toBe('tag');
    expect(faultOf(() => host.open(sealed.subarray(0, 30)))).toBe('not_an_envelope');
    expect(faultOf(() => host.open(MESSAGE))).toBe('not_an_envelope');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(faultOf(() => host.open(flipped))).not.toBe('opened');
    }
    expect(host.open(sealed)).toEqual(MESSAGE); // no forgery closed the door to the true one
  });

  it('refuses a message that comes back to its sender, and one of another link', async () => {
    const { acquirer } = await ends(7);
    expect(faultOf(() => acquirer.open(acquirer.seal(MESSAGE, 7, 1n)))).toBe('tag');
    const other = new MessageEnvelope('JCB00002', 'host');
    other.accept(await keyed(7));
    expect(faultOf(() => other.open(acquirer.seal(MESSAGE, 7, 2n)))).toBe('tag');
  });

  it('opens under the old and the new key while both are accepted, and not under one that is over', async () => {
    const { acquirer, host } = await ends(7, 8);
    const old = acquirer.seal(MESSAGE, 7, 1n);
    expect(host.open(acquirer.seal(MESSAGE, 8, 1n))).toEqual(MESSAGE);
    expect(host.open(old)).toEqual(MESSAGE);
    host.refuse(7);
    expect(faultOf(() => host.open(acquirer.seal(MESSAGE, 7, 2n)))).toBe('key_unknown');
  });

  it('gives every direction and every key id another key and another salt', async () => {
    const keys = [await keyed(1), await keyed(2)];
    const all = keys.flatMap(({ of }) => [of[DIRECTION.acquirerToHost], of[DIRECTION.hostToAcquirer]]);
    expect(new Set(all.map(({ salt }) => salt.toString('hex'))).size).toBe(4);
    expect(new Set(all.map(({ cipher }) => cipher.export().toString('hex'))).size).toBe(4);
  });
});
