import { createSecretKey, type KeyObject } from 'node:crypto';

/** First byte of a direction in what the tag covers. @source reference/iso8583-1993.md §16 */
export const DIRECTION = { acquirerToHost: 1, hostToAcquirer: 2 } as const;
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION];

/** Key and nonce prefix of one direction. */
export interface DirectionKey {
  readonly cipher: KeyObject;
  /** 4 bytes. */
  readonly salt: Buffer;
}

/** One key of a link: its number on the wire, and what each direction is sealed with. */
export interface EnvelopeKey {
  readonly id: number;
  readonly of: Readonly<Record<Direction, DirectionKey>>;
}

const LABEL = Buffer.from('TSN-93 envelope', 'latin1');
const BITS = { cipher: 256, salt: 32 } as const;
const BLOCK_BYTES = 16;

/**
 * Make the keys of both directions from the link's master key, which stays in the HSM: the derivation asks for CMACs only.
 * Key derivation in counter mode: CMAC(counter ‖ label ‖ 00 ‖ purpose ‖ link id ‖ key id ‖ direction ‖ length in bits).
 *
 * @param key 1 to 65535, the number on the wire; part of the derivation
 * @param linkId 8 ASCII characters
 * @param cmac AES-CMAC of 16 bytes under the master key
 * @throws whatever `cmac` throws
 * @source NIST SP 800-108r1 §4.1; reference/iso8583-1993.md §16
 */
export async function deriveEnvelopeKey(
  key: { readonly id: number; readonly linkId: string },
  cmac: (data: Buffer) => Promise<Buffer>,
): Promise<EnvelopeKey> {
  const direction = async (which: Direction): Promise<DirectionKey> => {
    const cipher = await derive(cmac, { ...key, which, purpose: 'cipher' });
    const salt = await derive(cmac, { ...key, which, purpose: 'salt' });
    const secret = createSecretKey(cipher);
    cipher.fill(0);
    return { cipher: secret, salt };
  };
  const [out, back] = [await direction(DIRECTION.acquirerToHost), await direction(DIRECTION.hostToAcquirer)];
  return { id: key.id, of: { [DIRECTION.acquirerToHost]: out, [DIRECTION.hostToAcquirer]: back } };
}

async function derive(
  cmac: (data: Buffer) => Promise<Buffer>,
  about: { id: number; linkId: string; which: Direction; purpose: keyof typeof BITS },
): Promise<Buffer> {
  const bits = BITS[about.purpose];
  const numbers = Buffer.alloc(5);
  numbers.writeUInt16BE(about.id, 0);
  numbers.writeUInt8(about.which, 2);
  numbers.writeUInt16BE(bits, 3);
  const context = Buffer.concat([
    LABEL,
    Buffer.of(0),
    Buffer.from(`${about.purpose}|${about.linkId}`, 'latin1'),
    numbers,
  ]);
  const blocks: Buffer[] = [];
  for (let counter = 1; blocks.length * BLOCK_BYTES < bits / 8; counter += 1) {
    blocks.push(await cmac(Buffer.concat([Buffer.of(counter), context])));
  }
  const whole = Buffer.concat(blocks);
  for (const block of blocks) block.fill(0);
  return whole.subarray(0, bits / 8);
}
