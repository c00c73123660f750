import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { CardRepository, type NewCard } from '@tsunagu/card-vault';
import { Secret, newId } from '@tsunagu/kernel';
import { AppLogger, MoneyPool, Transactions } from '@tsunagu/platform';
import pg from 'pg';
import { migrateDatabase } from '../migrate/migrate-database.js';
import { prepareRoles } from '../migrate/prepare-roles.js';
import { roleUrl } from '../postgres/role-url.mjs';

/** What the statement of find-or-create cost the server, a call. */
export interface StatementCost {
  readonly calls: number;
  /** Pages of indexes, tables and checks of foreign keys that were looked at. */
  readonly pages: number;
  /** Of these, pages that were not in the server's own memory. */
  readonly coldPages: number;
  readonly walBytes: number;
  readonly walPageImages: number;
  readonly serverMicros: number;
}

const STATEMENT = '%insert into vault.card%on conflict (tenant_id, fingerprint)%';
/** A month of cards each, as a tenant gets them. */
const DATA_KEYS = 24;
/** A prime: walking by it visits all cards of a table in no order. */
const STRIDE = 7_368_787;

/**
 * A vault's database with so many synthetic cards of one tenant, and the vault's own code on it: the statement, the role, the row security
 * and the transaction of a real find-or-create. Fingerprints are digests of numbers; nothing is a card.
 */
export class TokenStore {
  readonly #cards = new CardRepository();
  readonly #dataKey = randomUUID();
  readonly #cipher = randomBytes(44);
  readonly #transactions: Transactions;
  #next: number;

  private constructor(
    readonly stored: number,
    private readonly tenantId: string,
    private readonly admin: pg.Client,
    private readonly pool: MoneyPool,
    private readonly drop: () => Promise<void>,
  ) {
    this.#next = stored + 1;
    this.#transactions = new Transactions(pool);
  }

  /** Make the database and its cards. @param server connection string of its superuser */
  static async fill(server: string, stored: number): Promise<TokenStore> {
    const name = `bench_tokens_${process.pid}_${randomBytes(3).toString('hex')}`;
    const root = await connect(server);
    await prepareRoles(root);
    await root.query(`create database ${name} owner tsunagu_owner`);
    await migrateDatabase(roleUrl(server, 'tsunagu_owner', name));
    const url = new URL(server);
    url.pathname = `/${name}`;
    const admin = await connect(url.href);
    const logger = new AppLogger({ app: 'operator', nodeName: 'bench', logLevel: 'silent' });
    const pool = new MoneyPool(new Secret(roleUrl(server, 'tsunagu_vault', name)), logger, { max: 8 });
    const drop = async () => {
      await root.query(`drop database if exists ${name} with (force)`);
      await root.end();
    };
    const store = new TokenStore(stored, randomUUID(), admin, pool, drop);
    await store.#fill();
    return store;
  }

  /** A card that is stored already, another one each time. */
  async find(turn: number): Promise<void> {
    const number = 1 + ((turn * STRIDE) % this.stored);
    if (await this.#findOrMake(number)) throw new Error('a stored card was not found');
  }

  /** A card that nobody has seen. */
  async create(): Promise<void> {
    if (!(await this.#findOrMake(this.#next++))) throw new Error('a new card was found');
  }

  /** Costs of the statement since the last {@link forget}. */
  async costs(): Promise<StatementCost> {
    const { rows } = await this.admin.query<Record<string, number>>(
      `select calls::int, (shared_blks_hit + shared_blks_read)::float / calls as pages, shared_blks_read::float / calls as cold,
              wal_bytes::float / calls as wal, wal_fpi::float / calls as images, total_exec_time::float * 1000 / calls as micros
         from pg_stat_statements where query like $1 and dbid = (select oid from pg_database where datname = current_database())
         order by calls desc limit 1`,
      [STATEMENT],
    );
    const row = rows[0];
    if (row === undefined) throw new Error('the server has not counted the statement');
    const { calls, pages, cold, wal, images, micros } = row as Record<string, number>;
    return {
      calls: calls!,
      pages: pages!,
      coldPages: cold!,
      walBytes: wal!,
      walPageImages: images!,
      serverMicros: micros!,
    };
  }

  /** Plan of finding one card, as PostgreSQL tells it, and how often it read the table in it. */
  async plan(): Promise<{ node: string; tableReads: number; indexBytes: number }> {
    const { rows } = await this.admin.query<{ 'QUERY PLAN': [{ Plan: Record<string, unknown> }] }>(
      `explain (analyze, buffers, timing off, format json) select token_id, expiry from vault.card
        where tenant_id = '${this.tenantId}' and fingerprint = '\\x${fingerprintOf(1).toString('hex')}' and state = 'active' and uses = 'multi'`,
    );
    const { Plan } = rows[0]!['QUERY PLAN'][0];
    const size = await this.admin.query<{ bytes: string }>(
      `select pg_relation_size('vault.card_fingerprint') as bytes`,
    );
    return {
      node: String(Plan['Node Type']),
      tableReads: Number(Plan['Heap Fetches'] ?? 1),
      indexBytes: Number(size.rows[0]!.bytes),
    };
  }

  /** Read the whole index once: a server that has run for a day holds what its memory can hold. */
  async warm(): Promise<void> {
    await this.admin.query(
      `select count(token_id) from vault.card where tenant_id = $1 and fingerprint >= '' and state = 'active' and uses = 'multi'`,
      [this.tenantId],
    );
  }

  /** Begin to count anew. */
  async forget(): Promise<void> {
    await this.admin.query('select pg_stat_statements_reset()');
  }

  async close(): Promise<void> {
    await this.pool.onApplicationShutdown();
    await this.admin.end();
    await this.drop();
  }

  async #findOrMake(number: number): Promise<boolean> {
    const { isNew } = await this.#transactions.run({ tenantId: this.tenantId }, (tx) =>
      this.#cards.findOrMake(tx, this.#card(number)),
    );
    return isNew;
  }

  #card(number: number): NewCard {
    const at = new Date();
    return {
      tokenId: newId(at),
      fingerprint: { value: fingerprintOf(number), version: 1, others: [], lock: null },
      panCipher: this.#cipher,
      dekId: this.#dataKey,
      version: 1,
      psn: null,
      face: { brand: 'visa', bin6: '411111', last4: '1111', expiry: '3108' },
      at,
      requestId: 'bench',
      uses: 'multi',
      intent: 'bench',
    };
  }

  /** Rows first, indexes after: a hundred times quicker, and the indexes are those of the migrations. */
  async #fill(): Promise<void> {
    const { admin, tenantId } = this;
    await admin.query('set enable_seqscan = off; set enable_bitmapscan = off');
    await admin.query('create extension if not exists pg_stat_statements');
    await admin.query(
      `insert into vault.tenant_data_key (tenant_id, id, period, wrapped, kek_id, tenant_kek_id, created_at)
       select $1, case n when 0 then $2::uuid else gen_random_uuid() end, to_char(date '2026-11-01' - n * interval '1 month', 'YYYY-MM'), $3, 'bench', 'bench', now()
       from generate_series(0, $4::int - 1) n`,
      [tenantId, this.#dataKey, randomBytes(88), DATA_KEYS],
    );
    const laterOn = await this.#withoutIndexes();
    // Tokens are ids in the order of time: a millisecond each, in the past.
    await admin.query(
      `insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, bin6, last4, brand, state, created_at)
       select $1::uuid, (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
              sha256(n::text::bytea), $2::bytea, k.ids[1 + n / (1 + $3::int / ${DATA_KEYS})], 1, '3108', '411111', '1111', 'visa', 'active', now()
       from generate_series(1, $3::int) n, (select array_agg(id order by period) as ids from vault.tenant_data_key) k`,
      [tenantId, this.#cipher, this.stored],
    );
    for (const statement of laterOn) await admin.query(statement);
    await admin.query('vacuum (analyze, freeze) vault.card');
    await admin.query('checkpoint');
  }

  /** @returns the statements that put everything back, keys before the foreign keys to them */
  async #withoutIndexes(): Promise<string[]> {
    const { admin } = this;
    const { rows: constraints } = await admin.query<{ owner: string; name: string; kind: string; definition: string }>(
      `select conrelid::regclass::text as owner, conname as name, contype as kind, pg_get_constraintdef(oid) as definition from pg_constraint
       where contype in ('p', 'f') and (conrelid = 'vault.card'::regclass or confrelid = 'vault.card'::regclass) order by contype`,
    );
    for (const { owner, name } of constraints) await admin.query(`alter table ${owner} drop constraint ${name}`);
    const { rows: indexes } = await admin.query<{ indexname: string; indexdef: string }>(
      `select indexname, indexdef from pg_indexes where schemaname = 'vault' and tablename = 'card'`,
    );
    for (const { indexname } of indexes) await admin.query(`drop index vault.${indexname}`);
    const keysFirst = constraints.toSorted((a, b) => Number(a.kind === 'f') - Number(b.kind === 'f'));
    const back = keysFirst.map((c) => `alter table ${c.owner} add constraint ${c.name} ${c.definition}`);
    return [`set maintenance_work_mem = '512MB'`, ...back, ...indexes.map(({ indexdef }) => indexdef)];
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined); // the server stops after a failure: the failure is what to tell
  await client.connect();
  return client;
}

function fingerprintOf(number: number): Buffer {
  return createHash('sha256').update(String(number)).digest();
}
