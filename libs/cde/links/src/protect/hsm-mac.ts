import type { HsmProvider, KeyRef } from '@tsunagu/hsm';
import type { Codec, IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import type { LinkMac } from '../config/link-transport.js';
import { KeyOverlap } from './key-overlap.js';
import type { MessageMac } from './message-mac.js';

const MAC_BYTES = 8;
const NO_MAC = Buffer.alloc(MAC_BYTES);
const LAST_OF_FIRST_HALF = 64;
const LAST = 128;

/**
 * MAC over the message from the first byte of the MTI to the byte before the MAC field, its bit already set: field 64 when no field above it
 * is present, else 128.
 * @source reference/iso8583-1993.md §15
 */
export class HsmMac implements MessageMac {
  readonly keys: KeyOverlap<KeyRef>;
  readonly #alg: LinkMac['alg'];

  /** @param widthBytes how wide the MAC stands at the end of a message: 8, or 16 where binary fields are written as hex digits */
  constructor(
    private readonly hsm: HsmProvider,
    mac: { readonly alg: LinkMac['alg']; readonly key: KeyRef },
    private readonly widthBytes: number,
    means: { readonly clock: Clock; readonly over: (old: KeyRef) => void },
  ) {
    this.#alg = mac.alg;
    this.keys = new KeyOverlap(mac.key, means.clock, means.over);
  }

  async sign(message: IsoMessage, codec: Codec): Promise<Buffer> {
    const key = this.keys.current;
    const field = message.fields().some((one) => one > LAST_OF_FIRST_HALF && one !== LAST) ? LAST : LAST_OF_FIRST_HALF;
    message.set(field, NO_MAC);
    const mac = await this.hsm.generateMac({ key, alg: this.#alg, data: this.#covered(codec.encode(message)) });
    return codec.encode(message.set(field, mac.subarray(0, MAC_BYTES)));
  }

  async check(message: IsoMessage, bytes: Buffer): Promise<boolean> {
    const mac = message.bytes(LAST) ?? message.bytes(LAST_OF_FIRST_HALF);
    if (mac?.length !== MAC_BYTES) return false;
    const data = this.#covered(bytes);
    for (const key of this.keys.accepted) {
      if (await this.hsm.verifyMac({ key, alg: this.#alg, data, mac })) {
        this.keys.count();
        return true;
      }
    }
    return false;
  }

  #covered(bytes: Buffer): Buffer {
    return bytes.subarray(0, bytes.length - this.widthBytes);
  }
}
