import { Injectable } from '@nestjs/common';
import { Centre, Transactions, sql, type Tx } from '@tsunagu/platform';
import { CENTRE_TENANT } from '../audit/audit-row.js';
import type { KeyPurpose } from './key-purposes.js';
import type { KeyRecord } from './key-record.js';
import type { KeyState } from './key-state.js';

const COLUMNS = `id, purpose, usage, algorithm, kcv, version, tenant_id as "tenantId", zone, state, origin, created_by as "createdBy",
  created_at as "createdAt", valid_from as "validFrom", valid_until as "validUntil", destroy_at as "destroyAt", changed_at as "changedAt", provider`;

const INSERT = sql(
  'vault_key_insert',
  `insert into vault.key_record (id, purpose, usage, algorithm, kcv, version, tenant_id, zone, state, origin, created_by, created_at,
     valid_from, valid_until, destroy_at, changed_at, provider)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $12, $16) on conflict do nothing returning id`,
);
const MOVE = sql(
  'vault_key_move',
  `update vault.key_record set state = $3, changed_at = $4, valid_from = coalesce($5, valid_from), valid_until = coalesce($6, valid_until)
   where id = $1 and state = $2 returning id`,
);
const LOCK = sql('vault_key_lock', `select ${COLUMNS} from vault.key_record where id = $1 for update`);
const LOCK_ACTIVE = sql(
  'vault_key_lock_active',
  `select ${COLUMNS} from vault.key_record
   where purpose = $1 and tenant_id is not distinct from $2::uuid and zone = $3 and state = 'active' for update`,
);
const ACTIVE = sql(
  'vault_key_active',
  `select ${COLUMNS} from vault.key_record
   where purpose = $1 and tenant_id is not distinct from $2::uuid and zone = $3 and state = 'active'`,
);
const PROVING = sql(
  'vault_key_proving',
  `select ${COLUMNS} from vault.key_record where purpose = $1 and tenant_id is null and state in ('active', 'decrypt-only') order by version desc`,
);
const GET = sql('vault_key_get', `select ${COLUMNS} from vault.key_record where id = $1`);
const LIST = sql(
  'vault_key_list',
  `select ${COLUMNS} from vault.key_record where ($1::boolean or (purpose <> 'envelope' and state <> 'destroyed')) order by purpose, tenant_id, zone, version`,
);
const USABLE = sql(
  'vault_key_usable',
  `select ${COLUMNS} from vault.key_record
   where state in ('active', 'decrypt-only') and purpose not in ('bdk', 'envelope', 'tenant-kek', 'exchange', 'certificate') order by version desc`,
);
const HIGHEST = sql(
  'vault_key_highest',
  `select coalesce(max(version), 0) as version from vault.key_record
   where purpose = $1 and tenant_id is not distinct from $2::uuid and zone = $3`,
);
const DUE = sql(
  'vault_key_due',
  `select ${COLUMNS} from vault.key_record
   where (state = 'active' and valid_until <= $1) or (state <> 'destroyed' and destroy_at <= $1)
      or (state = 'decrypt-only' and changed_at between $1::timestamptz - interval '1 hour' and $1::timestamptz - interval '10 seconds' and purpose <> 'envelope')
   order by changed_at limit 500`,
);
const ENDING = sql(
  'vault_key_ending',
  `select ${COLUMNS} from vault.key_record where state in ('pending', 'active') and valid_until <= $1 and purpose <> 'envelope' order by valid_until`,
);

/** The inventory's table. It is a centre table: no tenant sees it, and only the vault's role may touch it. */
@Injectable()
export class KeyBook {
  constructor(
    private readonly transactions: Transactions,
    private readonly centre: Centre,
  ) {}

  /** A transaction of the centre: inventory rows and their audit rows commit together. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transactions.run({ tenantId: CENTRE_TENANT }, work);
  }

  /** @returns false when the id is known already */
  async insert(tx: Tx, record: KeyRecord): Promise<boolean> {
    const { id, purpose, usage, algorithm, kcv, version, tenantId, zone, state, origin, createdBy } = record;
    const times = [record.createdAt, record.validFrom, record.validUntil, record.destroyAt];
    const values = [id, purpose, usage, algorithm, kcv, version, tenantId, zone, state, origin, createdBy];
    return (await tx.query(INSERT, [...values, ...times, record.provider])).length === 1;
  }

  /** Compare-and-set. @returns false when the key is no longer in `from` */
  async move(
    tx: Tx,
    id: string,
    from: KeyState,
    to: KeyState,
    life: { at: Date; validFrom?: Date | null; validUntil?: Date | null },
  ): Promise<boolean> {
    const values = [id, from, to, life.at, life.validFrom ?? null, life.validUntil ?? null];
    return (await tx.query(MOVE, values)).length === 1;
  }

  async lock(tx: Tx, id: string): Promise<KeyRecord | undefined> {
    return (await tx.query<KeyRecord>(LOCK, [id]))[0];
  }

  /** The key that a newly activated one takes over from. */
  async lockActive(tx: Tx, key: Pick<KeyRecord, 'purpose' | 'tenantId' | 'zone'>): Promise<KeyRecord | undefined> {
    return (await tx.query<KeyRecord>(LOCK_ACTIVE, [key.purpose, key.tenantId, key.zone]))[0];
  }

  async get(id: string): Promise<KeyRecord | undefined> {
    return (await this.centre.query<KeyRecord>(GET, [id]))[0];
  }

  /** The key of a purpose, tenant and zone that protects new data. */
  async active(purpose: KeyPurpose, tenantId: string | null, zone: string): Promise<KeyRecord | undefined> {
    return (await this.centre.query<KeyRecord>(ACTIVE, [purpose, tenantId, zone]))[0];
  }

  /** Every version of a key of the centre that works or only proves, the newest first. */
  proving(purpose: KeyPurpose): Promise<KeyRecord[]> {
    return this.centre.query<KeyRecord>(PROVING, [purpose]);
  }

  /** @param isComplete also destroyed keys and the keys of envelopes */
  list(isComplete: boolean): Promise<KeyRecord[]> {
    return this.centre.query<KeyRecord>(LIST, [isComplete]);
  }

  /** Keys of the house that work now, newest version first. */
  usable(): Promise<KeyRecord[]> {
    return this.centre.query<KeyRecord>(USABLE, []);
  }

  async nextVersion(purpose: KeyPurpose, tenantId: string | null, zone: string): Promise<number> {
    const [row] = await this.centre.query<{ version: number }>(HIGHEST, [purpose, tenantId, zone]);
    return row!.version + 1;
  }

  /** Keys whose time has come: past their period, past their end, or closed a moment ago. */
  due(now: Date): Promise<KeyRecord[]> {
    return this.centre.query<KeyRecord>(DUE, [now]);
  }

  /** Keys whose cryptoperiod ends until then. */
  ending(until: Date): Promise<KeyRecord[]> {
    return this.centre.query<KeyRecord>(ENDING, [until]);
  }
}
