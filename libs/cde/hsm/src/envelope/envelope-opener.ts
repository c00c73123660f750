import type { HsmProvider } from '../provider/hsm-provider.js';
import type { SealedAccount, SealedSad } from '@tsunagu/contracts';
import { HsmError } from '../provider/hsm-error.js';
import { epochKey, type EnvelopePart } from './envelope-epoch.js';
import { decodeAccount, decodeSad, type AccountPart, type SadPart } from './envelope-parts.js';
import { EnvelopeError, layersOf, sealedAad, unpackSealed } from './sealed-part.js';

/** Card data that was opened for one message. Call `wipe()` when the message is built, in a `finally`. */
export interface Wipeable {
  /** Overwrite every buffer of this part with zeros. */
  wipe(): void;
}

export type OpenedSad = SadPart & Wipeable;
export type OpenedAccount = AccountPart & Wipeable;

/** Opens what the vault sealed. The switch holds one; the sealing side is closed to its partition. */
export class EnvelopeOpener {
  constructor(private readonly hsm: HsmProvider) {}

  /**
   * Open the `sad` part of an envelope.
   * @throws EnvelopeError `expired` its data key has been destroyed; `malformed`, `forged` (also: another tenant's)
   * @throws HsmError the HSM gave no answer
   */
  async openSad(tenantId: string, sealed: SealedSad): Promise<OpenedSad> {
    const { under, over } = layersOf(sealed);
    const plain = await this.#open(tenantId, 'sad', under);
    const card = { ...decodeSad(plain), wipe: () => void plain.fill(0) };
    if (over === null) return card;
    try {
      const top = await this.#open(tenantId, 'sad', over, under);
      const { pinBlock, pinKey } = decodeSad(top);
      const wipe = () => void [plain, top].forEach((bytes) => bytes.fill(0));
      return { ...card, pinBlock, pinKey, wipe };
    } catch (error) {
      card.wipe();
      throw error;
    }
  }

  /** Open the `account` part of an envelope. Throws as {@link openSad}. */
  async openAccount(tenantId: string, sealed: SealedAccount): Promise<OpenedAccount> {
    const plain = await this.#open(tenantId, 'account', sealed);
    return { ...decodeAccount(plain), wipe: () => void plain.fill(0) };
  }

  async #open(tenantId: string, part: EnvelopePart, sealed: string, under?: SealedSad): Promise<Buffer> {
    const { epoch, nonce, cipher } = unpackSealed(part, sealed);
    const key = epochKey(this.hsm.name, part, epoch);
    try {
      return await this.hsm.decrypt({
        key,
        mode: 'GCM',
        iv: nonce,
        aad: sealedAad(tenantId, part, under),
        data: cipher,
      });
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') throw new EnvelopeError('expired', part);
      if (error instanceof HsmError && error.reason === 'mac') throw new EnvelopeError('forged', part);
      throw error;
    }
  }
}
