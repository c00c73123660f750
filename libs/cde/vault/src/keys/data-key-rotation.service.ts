import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { Centre, Transactions, sql } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { KeyRing } from '../inventory/key-ring.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';

/** Data keys of one slice. */
const SLICE = 50;
/** A look-up slower than this says that payments need the machine: the rest waits for the next round. */
const SLOW_MS = 100;

const DUE = sql('vault_dek_due', 'select tenant_id as "tenantId", id from vault.data_keys_due($1, $2)');

/** Which key is the present one, and how time goes. */
@Injectable()
export class RotationPlace {
  constructor(
    readonly ring: KeyRing,
    readonly clock: Clock,
  ) {}
}

/**
 * After the wrapping key of the house or of a tenant has changed, wraps the data keys of tenants anew: in slices, in the background, and not while the
 * database is slow. Cards are not touched: their data keys stay.
 */
@Injectable()
export class DataKeyRotation {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
    private readonly dataKeys: TenantDataKeys,
    private readonly audit: AuditLog,
    private readonly place: RotationPlace,
  ) {}

  /** @returns data keys that were wrapped anew; fewer than there are when payments slowed down. @throws HsmError, DatabaseError */
  async round(): Promise<number> {
    const { ring, clock } = this.place;
    await ring.refresh(); // an old view would carry keys back to their old wrapping
    let count = 0;
    for (;;) {
      const startedMs = clock.monotonicMs();
      const due = await this.centre.query<{ tenantId: string; id: string }>(DUE, [ring.current('pan-kek').id, SLICE]);
      if (due.length === 0 || clock.monotonicMs() - startedMs > SLOW_MS) return count;
      for (const { tenantId, id } of due) count += (await this.#rewrap(tenantId, id)) ? 1 : 0;
    }
  }

  async #rewrap(tenantId: string, id: string): Promise<boolean> {
    const rewrapped = await this.dataKeys.rewrapped(tenantId, id);
    if (rewrapped === undefined) return false;
    return this.transactions.run({ tenantId }, async (tx) => {
      if (!(await this.dataKeys.rewrap(tx, id, rewrapped))) return false;
      const { from, kekId, tenantKekId } = rewrapped;
      const tenantKeys = { tenant_before: from.tenantKekId, tenant_after: tenantKekId };
      const facts = { data_key: id, before: from.kekId, after: kekId, ...tenantKeys };
      const who = { actor: 'system', requestId: 'rotation', keyId: kekId };
      this.audit.record(tx, { tenantId, operation: 'key_rotation', result: 'rewrapped', ...who, facts });
      return true;
    });
  }
}
