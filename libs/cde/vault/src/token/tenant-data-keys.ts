import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { Clock, invariant, newId } from '@tsunagu/kernel';
import { Transactions, sql } from '@tsunagu/platform';
import { randomBytes } from 'node:crypto';
import { panKek } from '../keys/vault-keys.js';

/** How long a clear data key stays in memory after its first use. */
const CACHE_MS = 10 * 60_000;
const NONCE_BYTES = 12;

const OF_PERIOD = sql(
  'vault_dek_of_period',
  'select id, wrapped from vault.tenant_data_key where tenant_id = $1 and period = $2',
);
const BY_ID = sql('vault_dek_by_id', 'select id, wrapped from vault.tenant_data_key where tenant_id = $1 and id = $2');
const INSERT = sql(
  'vault_dek_insert',
  `insert into vault.tenant_data_key (tenant_id, id, period, wrapped, created_at) values ($1, $2, $3, $4, $5)
   on conflict (tenant_id, period) do nothing`,
);

interface WrappedKey {
  readonly id: string;
  readonly wrapped: Buffer;
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
    private readonly transactions: Transactions,
    private readonly clock: Clock,
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

  /** Wipe what has been in memory long enough. Runs from a timer only: between two ticks nobody holds a key. */
  wipe(olderThanMs = CACHE_MS): void {
    for (const [name, { at, key }] of this.#open) {
      if (this.clock.monotonicMs() - at < olderThanMs) continue;
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
    const now = this.clock.now();
    const made = await this.#make(tenantId, newId(now));
    await this.transactions.run({ tenantId }, (tx) => tx.query(INSERT, [tenantId, made.id, period, made.wrapped, now]));
    const [stored] = await find(); // another vault may have been first: its key is the one
    invariant(stored !== undefined, 'a data key that was stored can be read');
    return stored;
  }

  async #make(tenantId: string, id: string): Promise<WrappedKey> {
    const data = randomBytes(32);
    const iv = randomBytes(NONCE_BYTES);
    try {
      const sealed = await this.hsm.encrypt({ key: panKek(this.hsm), mode: 'GCM', iv, aad: aad(tenantId, id), data });
      return { id, wrapped: Buffer.concat([iv, sealed]) };
    } finally {
      data.fill(0);
    }
  }

  async #unwrap(tenantId: string, { id, wrapped }: WrappedKey): Promise<DataKey> {
    const [iv, data] = [wrapped.subarray(0, NONCE_BYTES), wrapped.subarray(NONCE_BYTES)];
    return {
      id,
      bytes: await this.hsm.decrypt({ key: panKek(this.hsm), mode: 'GCM', iv, aad: aad(tenantId, id), data }),
    };
  }
}

function aad(tenantId: string, id: string): Buffer {
  return Buffer.from(`${tenantId}|${id}`, 'latin1');
}
