import { randomBytes } from 'node:crypto';
import { ecbEncrypt, encryptData, familyOf } from '../cipher/block-cipher.js';
import { computeMac } from '../mac/mac.js';
import { encipherFormat4, encodePinBlock } from '../pin/pin-block.js';
import { HsmError } from '../provider/hsm-error.js';
import type { Hex, MacAlg } from '../provider/hsm-provider.js';
import type { DukptProfile } from './dukpt-profile.js';
import { Ksn } from './ksn.js';
import { addPadding, macInput, payloadAad, payloadKeys } from './payload.js';
import { workingKeyFromInitial, type DukptUse } from './working-key.js';

/** One encrypted card as a reader sends it, upper-case hex; `iv` only where the profile sends one, `mac` only where it has one. */
export interface TerminalPayload {
  readonly ksn: Hex;
  readonly iv?: Hex;
  readonly ciphertext: Hex;
  readonly mac?: Hex;
  /** Counter for the next card; null when the device is exhausted. */
  readonly nextCounter: number | null;
}

/**
 * The terminal's side of DUKPT, for simulated readers and tests: encrypts exactly like a device that was loaded with this
 * initial key. A real device forgets the initial key and keeps future keys; the keys that come out are the same.
 */
export class TerminalDukpt {
  constructor(
    private readonly profile: DukptProfile,
    private readonly initialKey: Buffer,
    private readonly initialKeyId: Hex,
  ) {}

  /**
   * Encrypt one card.
   * @param counter any usable counter; others are moved to the next usable one, as a device does
   * @param plain content as the profile says (track 2 with sentinels, BER-TLV, or PAN=YYMM)
   * @param iv only for published vectors; random otherwise
   */
  encryptCard(counter: number, plain: Buffer, iv?: Buffer): TerminalPayload {
    const ksn = this.ksnFor(counter);
    const { profile } = this;
    const family = familyOf(profile.workingKeyType);
    const vector = profile.iv === 'explicit' ? (iv ?? randomBytes(ivBytes(profile))) : undefined;
    const cipher = this.#withKey(ksn, 'data', (key) =>
      encryptData(family, key, {
        mode: profile.mode,
        iv: vector,
        aad: payloadAad(profile, ksn),
        data: addPadding(profile, plain),
      }),
    );
    const mac = profile.mac === 'none' ? undefined : this.#mac(ksn, profile.mac, vector, cipher);
    return {
      ksn: ksn.hex,
      ...(vector === undefined ? {} : { iv: hex(vector) }),
      ciphertext: hex(cipher),
      ...(mac === undefined ? {} : { mac: hex(mac) }),
      nextCounter: ksn.next()?.counter ?? null,
    };
  }

  /** Encrypt a PIN under the same transaction: format 4 with AES DUKPT, format 0 with TDES. @param pin decimal digits */
  encryptPin(counter: number, pin: string, pan: string): { format: 'iso4' | 'iso0'; ksn: Hex; data: Hex } {
    const ksn = this.ksnFor(counter);
    const digits = Buffer.from([...pin].map(Number));
    const account = Buffer.from(pan, 'latin1');
    const isAes = this.profile.scheme === 'AES-DUKPT';
    const data = this.#withKey(ksn, 'pin', (key) =>
      isAes ? encipherFormat4(key, digits, account) : ecbEncrypt('TDES', key, encodePinBlock(0, digits, account)),
    );
    return { format: isAes ? 'iso4' : 'iso0', ksn: ksn.hex, data: hex(data) };
  }

  /** KSN of a counter, or of the next usable one after it. @throws HsmError `unsupported` the device is exhausted */
  ksnFor(counter: number): Ksn {
    const ksn = Ksn.of(this.profile.scheme, this.initialKeyId, counter);
    const usable = ksn === undefined || ksn.isUsable ? ksn : ksn.next();
    if (usable === undefined || usable === null)
      throw new HsmError('unsupported', 'the device has no usable counter left');
    return usable;
  }

  #mac(ksn: Ksn, alg: MacAlg, iv: Buffer | undefined, cipher: Buffer): Buffer {
    const data = macInput(this.profile, ksn, iv, cipher);
    return this.#withKey(ksn, 'mac', (key) => computeMac(alg, key, data), alg);
  }

  #withKey<T>(ksn: Ksn, use: DukptUse, work: (key: Buffer) => T, mac?: MacAlg): T {
    const keys = payloadKeys(this.profile, { provider: 'terminal', id: 'none' }, ksn);
    const key = workingKeyFromInitial(this.initialKey, ksn, use, use === 'data' ? keys.data : keys.mac, mac);
    try {
      return work(key);
    } finally {
      key.fill(0);
    }
  }
}

function ivBytes(profile: DukptProfile): number {
  if (profile.mode === 'GCM') return 12;
  return familyOf(profile.workingKeyType) === 'AES' ? 16 : 8;
}

function hex(bytes: Buffer): Hex {
  return bytes.toString('hex').toUpperCase();
}
