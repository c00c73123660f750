import { timingSafeEqual } from 'node:crypto';
import type { IsoMessage } from '@tsunagu/iso8583';
import { deriveEnvelopeKey, MessageEnvelope, MessageEnvelopeError } from '@tsunagu/links';
import { aesCmac } from './aes-cmac.js';

/** Test keys that a host shares with its acquirer. */
export interface HostKeys {
  /** AES key of the MAC in 64 or 128. */
  readonly mac?: Buffer;
  readonly envelope?: { readonly linkId: string; readonly keyId: number; readonly key: Buffer };
}

/** Whatever writes a message. */
interface Encoder {
  encode(message: IsoMessage): Uint8Array;
}

const MAC_BYTES = 8;
const LAST_OF_FIRST_HALF = 64;
const LAST = 128;

/** The host's end of message protection: MAC by AES-CMAC cut to eight bytes, and the whole-message envelope. @source iso8583-1993.md §15, §16 */
export class HostProtection {
  #sequence = 0n;

  private constructor(
    private readonly keys: HostKeys,
    private readonly envelope: MessageEnvelope | undefined,
  ) {}

  static async of(keys: HostKeys): Promise<HostProtection> {
    if (keys.envelope === undefined) return new HostProtection(keys, undefined);
    const { linkId, keyId, key } = keys.envelope;
    const envelope = new MessageEnvelope(linkId, 'host');
    envelope.accept(await deriveEnvelopeKey({ id: keyId, linkId }, (data) => Promise.resolve(aesCmac(key, data))));
    return new HostProtection(keys, envelope);
  }

  /** Bytes of one copy: signed, and in an envelope with a number of its own. */
  encode(message: IsoMessage, codec: Encoder): Buffer {
    const plain = this.keys.mac === undefined ? codec.encode(message) : signed(message, codec, this.keys.mac);
    const { envelope } = this.keys;
    if (this.envelope === undefined || envelope === undefined) return Buffer.from(plain);
    this.#sequence += 1n;
    return this.envelope.seal(plain, envelope.keyId, this.#sequence);
  }

  /** @returns the message; undefined when the envelope does not open: nobody is answered */
  open(bytes: Buffer): Buffer | undefined {
    try {
      return this.envelope === undefined ? bytes : this.envelope.open(bytes);
    } catch (error) {
      if (error instanceof MessageEnvelopeError) return undefined;
      throw error;
    }
  }

  /** @param bytes the message as it came @returns false when the MAC is missing or wrong */
  isRight(message: IsoMessage, bytes: Buffer): boolean {
    const mac = message.bytes(LAST) ?? message.bytes(LAST_OF_FIRST_HALF);
    if (this.keys.mac === undefined || mac?.length !== MAC_BYTES) return false;
    const covered = bytes.subarray(0, bytes.length - MAC_BYTES);
    return timingSafeEqual(aesCmac(this.keys.mac, covered).subarray(0, MAC_BYTES), mac);
  }

  get wantsMac(): boolean {
    return this.keys.mac !== undefined;
  }
}

/** Over everything before the MAC, its bit already set. */
function signed(message: IsoMessage, codec: Encoder, key: Buffer): Buffer {
  const field = message.fields().some((one) => one > LAST_OF_FIRST_HALF && one !== LAST) ? LAST : LAST_OF_FIRST_HALF;
  const blank = codec.encode(message.set(field, Buffer.alloc(MAC_BYTES)));
  const mac = aesCmac(key, blank.subarray(0, blank.length - MAC_BYTES)).subarray(0, MAC_BYTES);
  return Buffer.from(codec.encode(message.set(field, mac)));
}
