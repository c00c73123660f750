import type { SealedEnvelope, SealedSad } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';
import { randomBytes } from 'node:crypto';
import type { HsmProvider, KeyInfo } from '../provider/hsm-provider.js';
import { epochAt, epochKey, epochKeyEnd, type EnvelopePart } from './envelope-epoch.js';
import { encodeAccount, encodeSad, type AccountPart, type SadPart } from './envelope-parts.js';
import { NONCE_BYTES, layOver, layersOf, packSealed, sealedAad, type SealedText } from './sealed-part.js';

/**
 * Seals card data for the switch: AES-256-GCM under the data key of the current epoch, which lives in the HSM.
 * The vault holds one; nobody else can create or use the sealing side of these keys.
 */
export class EnvelopeSealer {
  /** Epoch keys known to exist, by part; asking the HSM once per epoch is enough. */
  readonly #ready = new Map<EnvelopePart, { epoch: number; made: Promise<KeyInfo> }>();

  constructor(
    private readonly hsm: HsmProvider,
    private readonly clock: Clock,
  ) {}

  /**
   * Seal both parts. The plain copies made here are wiped; the caller wipes its own.
   * @param parts `sad` is null for an operation that has no card at hand (capture, refund)
   * @throws HsmError
   */
  async seal(tenantId: string, parts: { sad: SadPart | null; account: AccountPart }): Promise<SealedEnvelope> {
    const [sad, account] = await Promise.all([
      parts.sad === null ? null : this.#sealPart(tenantId, 'sad', encodeSad(parts.sad)),
      this.#sealPart(tenantId, 'account', encodeAccount(parts.account)),
    ]);
    return { sad, account };
  }

  /**
   * Lay a PIN over a card that was sealed before, without opening the card: this side cannot. A PIN that lay there already goes.
   * @param pin its block under the zone key; of `entry` only the card's own counts
   * @throws HsmError; EnvelopeError `malformed`
   */
  async addPin(
    tenantId: string,
    card: SealedSad,
    pin: Pick<SadPart, 'pinBlock' | 'pinKey' | 'entry'>,
  ): Promise<SealedSad> {
    const { under } = layersOf(card);
    const plain = encodeSad({ track2: null, emv: null, ...pin });
    return layOver(under, await this.#sealPart(tenantId, 'sad', plain, under));
  }

  /** Make the keys of this epoch and the next, so that no payment waits for one. @returns both, for the inventory */
  async prepareKeys(): Promise<KeyInfo[]> {
    const keys: KeyInfo[] = [];
    for (const part of ['sad', 'account'] as const) {
      const epoch = epochAt(part, this.clock.now());
      keys.push(await this.#ensureKey(part, epoch), await this.#makeKey(part, epoch + 1));
    }
    return keys;
  }

  async #sealPart<P extends EnvelopePart>(
    tenantId: string,
    part: P,
    plain: Buffer,
    under?: SealedSad,
  ): Promise<SealedText[P]> {
    const epoch = epochAt(part, this.clock.now());
    const nonce = randomBytes(NONCE_BYTES);
    try {
      await this.#ensureKey(part, epoch);
      const key = epochKey(this.hsm.name, part, epoch);
      const aad = sealedAad(tenantId, part, under);
      const cipher = await this.hsm.encrypt({ key, mode: 'GCM', iv: nonce, aad, data: plain });
      return packSealed(part, { epoch, nonce, cipher });
    } finally {
      plain.fill(0);
    }
  }

  async #ensureKey(part: EnvelopePart, epoch: number): Promise<KeyInfo> {
    let ready = this.#ready.get(part);
    if (ready?.epoch !== epoch) {
      ready = { epoch, made: this.#makeKey(part, epoch) };
      this.#ready.set(part, ready);
    }
    try {
      return await ready.made;
    } catch (error) {
      this.#ready.delete(part);
      throw error;
    }
  }

  #makeKey(part: EnvelopePart, epoch: number): Promise<KeyInfo> {
    const { id } = epochKey(this.hsm.name, part, epoch);
    const expiresAt = epochKeyEnd(part, epoch);
    return this.hsm.generateKey({ id, usage: 'D0', type: 'AES256', scope: 'envelope', expiresAt });
  }
}
