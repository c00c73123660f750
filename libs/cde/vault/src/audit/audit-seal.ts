import { HsmError, type HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import { createHmac } from 'node:crypto';
import { canonicalRow, type AuditRow } from './audit-row.js';

/** Bytes of a row's MAC: 128 bits of HMAC-SHA256. */
export const ROW_MAC_BYTES = 16;

/** What the inventory says of a version of the audit key. */
interface AuditKeyLine {
  readonly version: number;
  readonly state: string;
}

/**
 * MACs of the audit. Rows are sealed in memory under a key that the HSM derives, so that an audit row costs no call to the HSM; slices
 * of the chain are sealed by the HSM itself. Every row and slice names the version of its key: the active one seals, all of them prove.
 */
export class AuditSeal {
  readonly #rowKeys = new Map<number, Buffer>();
  #version = 1;

  private constructor(private readonly hsm: HsmProvider) {}

  /** Make or find the first audit key; later ones are followed from the inventory. @throws HsmError */
  static async open(hsm: HsmProvider): Promise<AuditSeal> {
    const seal = new AuditSeal(hsm);
    await hsm.generateKey({ id: auditKey(hsm, 1).id, usage: 'M7', type: 'HMAC256', scope: 'index' });
    await seal.#derive(1);
    return seal;
  }

  /** Version that seals new rows and slices. */
  get version(): number {
    return this.#version;
  }

  /** Know these keys, and seal with the active one from now on. @throws HsmError */
  async follow(keys: readonly AuditKeyLine[]): Promise<void> {
    for (const { version } of keys) if (!this.#rowKeys.has(version)) await this.#derive(version);
    this.#version = keys.find(({ state }) => state === 'active')?.version ?? this.#version;
  }

  /** Get to know a version that another vault sealed with a moment ago. @returns false when there is no such key. @throws HsmError */
  async learn(version: number): Promise<boolean> {
    try {
      if (!this.#rowKeys.has(version)) await this.#derive(version);
      return true;
    } catch (error) {
      if (error instanceof HsmError && (error.reason === 'key_unknown' || error.reason === 'usage_denied'))
        return false;
      throw error;
    }
  }

  knows(version: number): boolean {
    return this.#rowKeys.has(version);
  }

  /** MAC of one row. @throws InvariantError this build does not know the version */
  ofRow(row: AuditRow, version: number = this.version): Buffer {
    const key = this.#rowKeys.get(version);
    if (key === undefined) throw new InvariantError('an audit row was sealed by a known version', { version });
    return createHmac('sha256', key).update(canonicalRow(row)).digest().subarray(0, ROW_MAC_BYTES);
  }

  /** MAC of a slice, computed in the HSM. @throws HsmError */
  ofSlice(data: Buffer, version: number = this.version): Promise<Buffer> {
    return this.hsm.generateMac({ key: auditKey(this.hsm, version), alg: 'HMAC-SHA256', data });
  }

  async #derive(version: number): Promise<void> {
    const data = Buffer.from(`audit row key|${version}`);
    this.#rowKeys.set(version, await this.ofSlice(data, version));
  }
}

/** Key of a version of the audit. */
export function auditKey(hsm: HsmProvider, version: number): KeyRef {
  return { provider: hsm.name, id: `audit-seal-${version}` };
}
