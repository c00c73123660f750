import type { HsmProvider, KeyRef } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import { createHmac } from 'node:crypto';
import { canonicalRow, type AuditRow } from './audit-row.js';

/** Bytes of a row's MAC: 128 bits of HMAC-SHA256. */
export const ROW_MAC_BYTES = 16;

/** Versions of the audit key that rows may carry; the last one seals. A new version is added, an old one is never removed. */
const VERSIONS = [1] as const;

/**
 * MACs of the audit. Rows are sealed in memory under a key that the HSM derives at start-up, so that an audit row costs no call to
 * the HSM; slices of the chain are sealed by the HSM itself.
 */
export class AuditSeal {
  readonly version = VERSIONS[VERSIONS.length - 1]!;

  private constructor(
    private readonly hsm: HsmProvider,
    private readonly rowKeys: ReadonlyMap<number, Buffer>,
  ) {}

  /** Make or find the audit key and derive the row keys. @throws HsmError */
  static async open(hsm: HsmProvider): Promise<AuditSeal> {
    const rowKeys = new Map<number, Buffer>();
    for (const version of VERSIONS) {
      const key = auditKey(hsm, version);
      await hsm.generateKey({ id: key.id, usage: 'M7', type: 'HMAC256', scope: 'index' });
      const data = Buffer.from(`audit row key|${version}`);
      rowKeys.set(version, await hsm.generateMac({ key, alg: 'HMAC-SHA256', data }));
    }
    return new AuditSeal(hsm, rowKeys);
  }

  knows(version: number): boolean {
    return this.rowKeys.has(version);
  }

  /** MAC of one row. @throws InvariantError this build does not know the version */
  ofRow(row: AuditRow, version: number = this.version): Buffer {
    const key = this.rowKeys.get(version);
    if (key === undefined) throw new InvariantError('an audit row was sealed by a known version', { version });
    return createHmac('sha256', key).update(canonicalRow(row)).digest().subarray(0, ROW_MAC_BYTES);
  }

  /** MAC of a slice, computed in the HSM. @throws HsmError */
  ofSlice(data: Buffer, version: number = this.version): Promise<Buffer> {
    return this.hsm.generateMac({ key: auditKey(this.hsm, version), alg: 'HMAC-SHA256', data });
  }
}

/** Key of a version of the audit. */
export function auditKey(hsm: HsmProvider, version: number): KeyRef {
  return { provider: hsm.name, id: `audit-seal-${version}` };
}
