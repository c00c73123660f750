import { readCardContent, type CardContent } from '../card/card-content.js';
import { CardFormatError } from '../card/card-format-error.js';
import type { HsmProvider, KeyRef } from '../provider/hsm-provider.js';
import type { DukptProfile } from './dukpt-profile.js';
import { Ksn } from './ksn.js';
import { contentEnd, fitsProfile, macInput, payloadAad, payloadCipher, payloadKeys } from './payload.js';

/** One encrypted card, its shape checked against the profile of its device. */
export interface ReaderPayload {
  readonly ksn: Ksn;
  readonly iv: Buffer | undefined;
  readonly cipher: Buffer;
  readonly mac: Buffer | undefined;
}

/** The same as hex text, as it came in. */
export interface ReaderPayloadText {
  readonly ksn: string;
  readonly iv?: string;
  readonly ciphertext: string;
  readonly mac?: string;
}

/** Opens what the readers of one profile send, with the keys left inside the HSM. */
export class PayloadReader {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly profile: DukptProfile,
  ) {}

  /** Card data that no reader encrypted, read by the same rules. @throws CardFormatError */
  static readPlain(content: DukptProfile['content'], plain: Buffer): CardContent {
    return readCardContent(content, plain);
  }

  /**
   * Check the shape: a usable KSN of the scheme, whole blocks, an IV and a MAC exactly when the profile has one, 4 KiB at most.
   * @returns undefined when it does not fit; the caller answers as for any other fault
   */
  shape(text: ReaderPayloadText): ReaderPayload | undefined {
    const ksn = Ksn.parse(this.profile.scheme, text.ksn);
    const [iv, cipher, mac] = [maybeBytes(text.iv), maybeBytes(text.ciphertext), maybeBytes(text.mac)];
    if (ksn === undefined || !ksn.isUsable || iv === null || mac === null || !cipher) return undefined;
    if (!fitsProfile(this.profile, iv, cipher)) return undefined;
    return (this.profile.mac === 'none') === (mac === undefined) ? { ksn, iv, cipher, mac } : undefined;
  }

  /** Whether a MAC or a GCM tag authenticates a payload before it is decoded. Without one the KSN is claimed first. */
  get isAuthenticated(): boolean {
    return this.profile.mac !== 'none' || this.profile.mode === 'GCM';
  }

  /** Check the MAC, before anything is decrypted. A profile without MAC passes here. @throws HsmError */
  async verify(bdk: KeyRef, { ksn, iv, cipher, mac }: ReaderPayload): Promise<boolean> {
    const { mac: alg } = this.profile;
    if (alg === 'none' || mac === undefined) return alg === 'none';
    const keys = payloadKeys(this.profile, bdk, ksn);
    return this.hsm.dukptVerifyMac(keys.mac, { alg, mac, data: macInput(this.profile, ksn, iv, cipher) });
  }

  /**
   * Decrypt and parse. The plain bytes are wiped here, the content by the caller.
   * @throws CardFormatError padding or content; HsmError `mac` the GCM tag
   */
  async read(bdk: KeyRef, { ksn, iv, cipher }: ReaderPayload): Promise<CardContent> {
    const { mode, block } = payloadCipher(this.profile);
    const aad = payloadAad(this.profile, ksn);
    const plain = await this.hsm.dukptDecrypt(payloadKeys(this.profile, bdk, ksn).data, { mode, iv, aad, cipher });
    try {
      const end = contentEnd(this.profile, plain, block);
      // read in any case: a wrong padding costs what a wrong content costs
      const content = readCardContent(this.profile.content, plain.subarray(0, end ?? plain.length));
      if (end !== undefined) return content;
      content.wipe();
      throw new CardFormatError();
    } finally {
      plain.fill(0);
    }
  }
}

/** Hex digits only: what decodes to as many bytes as the text has pairs. @returns null when the text is not hex */
function maybeBytes(text: string | undefined): Buffer | null | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'hex');
  return text.length > 0 && bytes.length * 2 === text.length ? bytes : null;
}
