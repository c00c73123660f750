import { Injectable } from '@nestjs/common';
import { Centre, Transactions, sql, type Tx } from '@tsunagu/platform';
import type { KeyPurpose } from '../inventory/key-purposes.js';
import type { KeyState } from '../inventory/key-state.js';

const BEGIN = sql(
  'vault_erasure_begin',
  `insert into vault.tenant_erasure (tenant_id, order_id, state, began_at) values ($1, $2, 'erasing', $3) on conflict (tenant_id) do nothing`,
);
const OPEN = sql(
  'vault_erasure_open',
  `select tenant_id as "tenantId" from vault.tenant_erasure where state = 'erasing'`,
);
const READ = sql(
  'vault_erasure_read',
  `select e.tenant_id as "tenantId", e.state, e.cards::int as cards, e.data_keys::int as "dataKeys", e.certificate,
     o.ordered_by as "orderedBy", o.approved_by as "approvedBy", o.approved_at as "approvedAt"
   from vault.tenant_erasure e join vault.tenant_order o on o.id = e.order_id where e.tenant_id = $1`,
);
const KEYS = sql(
  'vault_erasure_keys',
  `select id, purpose, kcv, state, changed_at as "changedAt" from vault.key_record where tenant_id = $1
   order by purpose <> 'tenant-kek', id`,
);
const SLICE = sql('vault_erasure_slice', 'select vault.erase_tenant_slice($1, $2) as gone');
const RETIRE = sql(
  'vault_erasure_devices',
  `update vault.device set state = 'retired' where tenant_id = $1 and state <> 'retired'`,
);
const PROVE = sql(
  'vault_erasure_prove',
  `update vault.tenant_erasure set state = 'erased', erased_at = $2, certificate = $3
   where tenant_id = $1 and state = 'erasing' returning certificate`,
);

/** How far an erasure is. */
export interface Erasure {
  readonly tenantId: string;
  readonly state: 'erasing' | 'erased';
  readonly cards: number;
  readonly dataKeys: number;
  readonly certificate: string | null;
  readonly orderedBy: string;
  readonly approvedBy: string;
  readonly approvedAt: Date;
}

/** A key that belongs to the tenant, in whatever state. */
export interface TenantKeyLine {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly kcv: string;
  readonly state: KeyState;
  readonly changedAt: Date;
}

/** Rows of erasures, and of what they erase. */
@Injectable()
export class ErasureRepository {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
  ) {}

  begin(tx: Tx, tenantId: string, orderId: string, at: Date): void {
    tx.send(BEGIN, [tenantId, orderId, at]);
  }

  async open(): Promise<string[]> {
    return (await this.centre.query<{ tenantId: string }>(OPEN, [])).map(({ tenantId }) => tenantId);
  }

  async read(tenantId: string): Promise<Erasure | undefined> {
    return (await this.centre.query<Erasure>(READ, [tenantId]))[0];
  }

  /** The key that wraps the tenant's data keys first: with it all cards are gone. */
  keys(tenantId: string): Promise<TenantKeyLine[]> {
    return this.centre.query<TenantKeyLine>(KEYS, [tenantId]);
  }

  async retireDevices(tenantId: string): Promise<void> {
    await this.transactions.ask({ tenantId }, RETIRE, [tenantId]);
  }

  /** @returns whether there may be more */
  async eraseSlice(tenantId: string, most: number): Promise<boolean> {
    const [row] = await this.centre.query<{ gone: number }>(SLICE, [tenantId, most]);
    return row!.gone > 0;
  }

  /** @returns false when another vault was first */
  async prove(tx: Tx, tenantId: string, at: Date, certificate: string): Promise<boolean> {
    return (await tx.query(PROVE, [tenantId, at, certificate])).length === 1;
  }
}
