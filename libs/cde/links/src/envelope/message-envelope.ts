import { createCipheriv, createDecipheriv } from 'node:crypto';
import { AppError, invariant } from '@tsunagu/kernel';
import { DIRECTION, type Direction, type DirectionKey, type EnvelopeKey } from './envelope-key.js';

/** Why a message stays closed. The connection ends without an answer, and somebody is told. */
export type EnvelopeFault = 'not_an_envelope' | 'key_unknown' | 'replayed' | 'tag';

/** A message could not be opened. Says which rule it broke and nothing of what is inside. */
export class MessageEnvelopeError extends AppError {
  readonly code = 'envelope_refused';
  readonly category = 'invalid';

  constructor(readonly fault: EnvelopeFault) {
    super('an enveloped message was refused', { fault });
  }
}

const MAGIC = Buffer.from('54450101', 'hex');
const HEADER_BYTES = 14;
const TAG_BYTES = 16;
/** Added to every message. */
export const ENVELOPE_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;
const TAG = { authTagLength: TAG_BYTES } as const;

/** Which end of the link this is. */
export type EnvelopeSide = 'acquirer' | 'host';

/**
 * The whole-message envelope of one link: AES-256-GCM around every message, a number that never comes twice.
 *
 * Layout inside the frame: `54 45` · version 01 · algorithm 01 · key id (2) · sequence (8, big-endian, from 1) · ciphertext · tag (16).
 * Nonce: salt of key and direction (4) ‖ sequence. The tag covers the first 14 bytes ‖ link id (8) ‖ direction (1) too.
 * It belongs to the link: what was seen last is remembered over any number of connections.
 * @source reference/iso8583-1993.md §16
 */
export class MessageEnvelope {
  readonly #keys = new Map<number, EnvelopeKey>();
  readonly #seen = new Map<number, bigint>();
  readonly #linkId: Buffer;
  readonly #out: Direction;
  readonly #in: Direction;

  /** @param linkId 8 ASCII characters */
  constructor(linkId: string, side: EnvelopeSide) {
    invariant(/^[\x21-\x7e]{8}$/.test(linkId), 'a link id has 8 characters');
    this.#linkId = Buffer.from(linkId, 'latin1');
    const { acquirerToHost, hostToAcquirer } = DIRECTION;
    [this.#out, this.#in] = side === 'acquirer' ? [acquirerToHost, hostToAcquirer] : [hostToAcquirer, acquirerToHost];
  }

  /** From now on messages under this key are opened. */
  accept(key: EnvelopeKey): void {
    this.#keys.set(key.id, key);
  }

  /** From now on nothing under this key is opened or sealed. */
  refuse(keyId: number): void {
    this.#keys.delete(keyId);
  }

  get keyIds(): readonly number[] {
    return [...this.#keys.keys()];
  }

  /**
   * @param sequence never used before under this key, and larger than any before
   * @returns the message in its envelope, 30 bytes longer
   */
  seal(message: Uint8Array, keyId: number, sequence: bigint): Buffer {
    const key = this.#keys.get(keyId)?.of[this.#out];
    invariant(key !== undefined && sequence > 0n, 'a message is sealed with a key that is there');
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header);
    header.writeUInt16BE(keyId, 4);
    header.writeBigUInt64BE(sequence, 6);
    const cipher = createCipheriv('aes-256-gcm', key.cipher, nonce(key, header), TAG);
    cipher.setAAD(this.#covered(header, this.#out));
    return Buffer.concat([header, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws MessageEnvelopeError no envelope, unknown key, replayed or out of order, forged */
  open(bytes: Buffer): Buffer {
    if (bytes.length <= ENVELOPE_OVERHEAD_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) {
      throw new MessageEnvelopeError('not_an_envelope');
    }
    const keyId = bytes.readUInt16BE(4);
    const key = this.#keys.get(keyId)?.of[this.#in];
    if (key === undefined) throw new MessageEnvelopeError('key_unknown');
    const sequence = bytes.readBigUInt64BE(6);
    if (sequence <= (this.#seen.get(keyId) ?? 0n)) throw new MessageEnvelopeError('replayed');
    const message = this.#decipher(bytes, key);
    this.#seen.set(keyId, sequence); // after the tag: a forged number must not close the door to true ones
    return message;
  }

  #decipher(bytes: Buffer, key: DirectionKey): Buffer {
    const header = bytes.subarray(0, HEADER_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key.cipher, nonce(key, header), TAG);
    decipher.setAAD(this.#covered(header, this.#in));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
      const message = decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES));
      return Buffer.concat([message, decipher.final()]);
    } catch {
      throw new MessageEnvelopeError('tag');
    }
  }

  #covered(header: Buffer, direction: Direction): Buffer {
    return Buffer.concat([header, this.#linkId, Buffer.of(direction)]);
  }
}

function nonce(key: DirectionKey, header: Buffer): Buffer {
  return Buffer.concat([key.salt, header.subarray(6, HEADER_BYTES)]);
}
