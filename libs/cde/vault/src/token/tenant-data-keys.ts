import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { Clock, invariant, newId } from '@tsunagu/kernel';
import { Transactions, sql, type Tx } from '@tsunagu/platform';
import { randomBytes } from 'node:crypto';
import { TenantErasedError } from '../vault-errors.js';
import { KeyRing } from '../inventory/key-ring.js';
import { TenantKeks } from './tenant-keks.js';

/** How long a clear data key stays in memory after its first use. */
export const DATA_KEY_CACHE_MS = 10 * 60_000;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;

const OF_PERIOD = sql(
  'vault_dek_of_period',
  'select id, wrapped, kek_id as "kekId", tenant_kek_id as "tenantKekId" from vault.tenant_data_key where tenant_id = $1 and period = $2',
);
const BY_ID = sql(
  'vault_dek_by_id',
  'select id, wrapped, kek_id as "kekId", tenant_kek_id as "tenantKekId" from vault.tenant_data_key where tenant_id = $1 and id = $2',
);
const INSERT = sql(
  'vault_dek_insert',
  `insert into vault.tenant_data_key (tenant_id, id, period, wrapped, kek_id, tenant_kek_id, created_at) select $1, $2, $3, $4, $5, $6, $7
   where not exists (select from vault.tenant_erasure where tenant_id = $1)
   on conflict (tenant_id, period) do nothing`,
);

const IS_ERASED = sql('vault_tenant_is_erased', 'select 1 as erased from vault.tenant_erasure where tenant_id = $1');

const REWRAP = sql(
  'vault_dek_rewrap',
  `update vault.tenant_data_key set wrapped = $3, kek_id = $4, tenant_kek_id = $5
   where tenant_id = $1 and id = $2 and kek_id = $6 and tenant_kek_id is not distinct from $7 returning id`,
);

interface WrappedKey {
  readonly id: string;
  readonly wrapped: Buffer;
  /** Key of the HSM that wraps it. */
  readonly kekId: string;
  /** Key of the tenant below it; null: from before tenants had keys of their own. */
  readonly tenantKekId: string | null;
}

/** A data key that changes its wrapping. */
export interface RewrappedKey extends WrappedKey {
  readonly from: Pick<WrappedKey, 'kekId' | 'tenantKekId'>;
}

/** A data key in the clear; belongs to the cache. Use it at once, in the same tick, and never keep it. */
export interface DataKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Data keys of tenants, one per month, wrapped by the HSM's key; opened ones stay in memory for ten minutes. */
@Injectable()
export class TenantDataKeys {
  readonly #open = new Map<string, { readonly at: number; readonly key: Promise<DataKey> }>();

  constructor(
    private readonly hsm: HsmProvider,
    private readonly ring: KeyRing,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly keks: TenantKeks,
  ) {}

  /** The key that seals this tenant's cards now. */
  current(tenantId: string): Promise<DataKey> {
    const period = this.clock.now().toISOString().slice(0, 7);
    return this.#cached(`${tenantId}|${period}`, async () =>
      this.#unwrap(tenantId, await this.#ofPeriod(tenantId, period)),
    );
  }

  /** A key of any period, to open a stored card. */
  byId(tenantId: string, id: string): Promise<DataKey> {
    return this.#cached(`${tenantId}|${id}`, async () => {
      const [row] = await this.transactions.run({ tenantId }, (tx) => tx.query<WrappedKey>(BY_ID, [tenantId, id]));
      invariant(row !== undefined, 'a stored card names a data key that exists');
      return this.#unwrap(tenantId, row);
    });
  }

  /** Put a data key under the present keys; the data key itself stays, and with it every stored card. @returns false when another vault was first */
  async rewrap(tx: Tx, id: string, known: RewrappedKey): Promise<boolean> {
    const { wrapped, kekId, tenantKekId, from } = known;
    const values = [tx.tenantId, id, wrapped, kekId, tenantKekId, from.kekId, from.tenantKekId];
    return (await tx.query(REWRAP, values)).length === 1;
  }

  /** The same data key under the present keys of house and tenant. @returns undefined when it is there already. @throws HsmError */
  async rewrapped(tenantId: string, id: string): Promise<RewrappedKey | undefined> {
    const [row] = await this.transactions.run({ tenantId }, (tx) => tx.query<WrappedKey>(BY_ID, [tenantId, id]));
    if (row === undefined) return undefined;
    const { kekId, tenantKekId } = row;
    const { id: presentId } = await this.keks.current(tenantId);
    if (kekId === this.ring.current('pan-kek').id && tenantKekId === presentId) return undefined;
    const { bytes } = await this.#unwrap(tenantId, row);
    try {
      return { ...(await this.#wrap(tenantId, id, bytes)), from: { kekId, tenantKekId } };
    } finally {
      bytes.fill(0);
    }
  }

  /** Wipe what has been in memory long enough. Runs from a timer only: between two ticks nobody holds a key. */
  wipe(olderThanMs = DATA_KEY_CACHE_MS): void {
    for (const [name, { at, key }] of this.#open) {
      if (this.clock.monotonicMs() - at < olderThanMs) continue;
      this.#open.delete(name);
      void key.then(
        ({ bytes }) => bytes.fill(0),
        () => undefined,
      );
    }
  }

  /** Wipe every key of a tenant from this process. */
  forget(tenantId: string): void {
    for (const [name, { key }] of this.#open) {
      if (!name.startsWith(`${tenantId}|`)) continue;
      this.#open.delete(name);
      void key.then(
        ({ bytes }) => bytes.fill(0),
        () => undefined,
      );
    }
  }

  #cached(name: string, load: () => Promise<DataKey>): Promise<DataKey> {
    const known = this.#open.get(name);
    if (known !== undefined) return known.key;
    const entry = { at: this.clock.monotonicMs(), key: load() };
    this.#open.set(name, entry);
    entry.key.catch(() => {
      if (this.#open.get(name) === entry) this.#open.delete(name);
    });
    return entry.key;
  }

  async #ofPeriod(tenantId: string, period: string): Promise<WrappedKey> {
    const find = () => this.transactions.run({ tenantId }, (tx) => tx.query<WrappedKey>(OF_PERIOD, [tenantId, period]));
    const [known] = await find();
    if (known !== undefined) return known;
    if ((await this.transactions.ask({ tenantId }, IS_ERASED, [tenantId])).length > 0) throw new TenantErasedError();
    const now = this.clock.now();
    const made = await this.#make(tenantId, newId(now));
    await this.transactions.run({ tenantId }, (tx) =>
      tx.query(INSERT, [tenantId, made.id, period, made.wrapped, made.kekId, made.tenantKekId, now]),
    );
    const [stored] = await find(); // another vault may have been first: its key is the one
    if (stored === undefined) throw new TenantErasedError(); // erased in this moment
    return stored;
  }

  async #make(tenantId: string, id: string): Promise<WrappedKey> {
    const data = randomBytes(KEY_BYTES);
    try {
      return await this.#wrap(tenantId, id, data);
    } finally {
      data.fill(0);
    }
  }

  async #wrap(tenantId: string, id: string, data: Buffer): Promise<WrappedKey> {
    const kek = this.ring.current('pan-kek');
    const tenantKek = await this.keks.current(tenantId);
    const inner = await this.#seal(tenantKek, aad(tenantId, id), data);
    const wrapped = await this.#seal(kek, aad(tenantId, id), inner);
    return { id, wrapped, kekId: kek.id, tenantKekId: tenantKek.id };
  }

  async #seal(key: KeyRef, bound: Buffer, data: Buffer): Promise<Buffer> {
    const iv = randomBytes(NONCE_BYTES);
    return Buffer.concat([iv, await this.hsm.encrypt({ key, mode: 'GCM', iv, aad: bound, data })]);
  }

  #unseal(key: KeyRef, bound: Buffer, sealed: Buffer): Promise<Buffer> {
    const [iv, data] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)];
    return this.hsm.decrypt({ key, mode: 'GCM', iv, aad: bound, data });
  }

  async #unwrap(tenantId: string, { id, wrapped, kekId, tenantKekId }: WrappedKey): Promise<DataKey> {
    const bound = aad(tenantId, id);
    const inner = await this.#unseal({ provider: this.hsm.name, id: kekId }, bound, wrapped);
    if (tenantKekId === null) return { id, bytes: inner };
    return { id, bytes: await this.#unseal(this.keks.refOf(tenantKekId), bound, inner) };
  }
}

function aad(tenantId: string, id: string): Buffer {
  return Buffer.from(`${tenantId}|${id}`, 'latin1');
}
