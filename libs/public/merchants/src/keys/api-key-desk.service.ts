import { Injectable } from '@nestjs/common';
import { Clock, toWireId } from '@tsunagu/kernel';
import { AuditSink, sql, Transactions, type Storable, type Tx } from '@tsunagu/platform';
import { AddressList } from './address-list.js';
import { GrantRefusedError, KeyNodeMissingError, KeyRevokedError } from './api-key-errors.js';
import { ApiKeys, type Authenticated, type NewKey } from './api-keys.service.js';
import type { KeyMode } from './key-text.js';

const COLUMNS = `id, name, scopes, mode, store_id, terminal_id, allowed_ips::text[] as allowed_ips, api_version, expires_at, revoked_at,
  last_used_at, created_by, replaces, created_at`;
const VISIBLE = 'tenant_id = $1 and ($2::uuid is null or store_id = $2) and ($3::uuid is null or terminal_id = $3)';
const LIST = sql(
  'api_key_list',
  `select ${COLUMNS} from gateway.api_key where ${VISIBLE} and ($4::uuid is null or id < $4) order by id desc limit $5`,
);
const LIST_AFTER = sql(
  'api_key_list_after',
  `select ${COLUMNS} from gateway.api_key where ${VISIBLE} and id > $4 order by id limit $5`,
);
const SHOW = sql('api_key_show', `select ${COLUMNS} from gateway.api_key where ${VISIBLE} and id = $4`);
const NODE = sql(
  'api_key_node',
  `select s.id as store_id, t.id as terminal_id from gateway.store s
     left join gateway.terminal t on t.tenant_id = s.tenant_id and t.store_id = s.id and t.id = $3
    where s.tenant_id = $1 and ($2::uuid is null or s.id = $2) and ($3::uuid is null or t.id is not null)`,
);
/** A key that ends earlier by itself still does. */
const END_AT = sql(
  'api_key_end_at',
  `update gateway.api_key set expires_at = least(expires_at, $3) where tenant_id = $1 and id = $2 and revoked_at is null returning id`,
);

/** A key as its owner may see it at any time: everything but the key. */
export interface ShownKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly mode: KeyMode;
  readonly storeId: string | null;
  readonly terminalId: string | null;
  readonly allowedIps: readonly string[] | null;
  readonly apiVersion: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Up to a minute behind. */
  readonly lastUsedAt: Date | null;
  readonly createdBy: string | null;
  readonly replaces: string | null;
  readonly createdAt: Date;
}

/** What is asked for; the mode is that of the house. */
export type KeyOrder = Omit<NewKey, 'mode' | 'createdBy' | 'replaces'> & { readonly name: string };

/** A key that was just made, in clear for the only time. */
export interface MadeKey {
  readonly shown: ShownKey;
  readonly key: string;
}

/** Where a tenant's own keys are made, shown, replaced and revoked by one of them. */
@Injectable()
export class ApiKeyDesk {
  constructor(
    private readonly keys: ApiKeys,
    private readonly transactions: Transactions,
    private readonly audit: AuditSink,
    private readonly clock: Clock,
  ) {}

  /** Newest first, within the asker's node; revoked ones too. */
  async list(
    asker: Authenticated,
    page: { limit: number; beforeId?: string; afterId?: string },
  ): Promise<{ data: ShownKey[]; hasMore: boolean }> {
    const walksUp = page.afterId !== undefined;
    const values = [...nodeOf(asker), page.afterId ?? page.beforeId ?? null, page.limit + 1];
    const rows = await this.#read(asker, walksUp ? LIST_AFTER : LIST, values);
    const data = rows.slice(0, page.limit);
    return { data: walksUp ? data.reverse() : data, hasMore: rows.length > page.limit };
  }

  /** Undefined when absent, of another tenant or outside the asker's node. */
  async find(asker: Authenticated, keyId: string): Promise<ShownKey | undefined> {
    const [shown] = await this.#read(asker, SHOW, [...nodeOf(asker), keyId]);
    return shown;
  }

  /**
   * Make a key that can do no more than the one that asks for it.
   * @throws GrantRefusedError it would; KeyNodeMissingError no such store or terminal in reach
   */
  async create(asker: Authenticated, order: KeyOrder): Promise<MadeKey> {
    checkGrant(asker, order);
    const node = await this.#nodeFor(asker, order);
    const inherited = {
      allowedIps: order.allowedIps ?? asker.allowedIps ?? undefined,
      expiresAt: order.expiresAt ?? asker.expiresAt ?? undefined,
    };
    const fixed = {
      mode: asker.mode,
      createdBy: asker.ctx.credentialId,
      apiVersion: order.apiVersion ?? asker.apiVersion,
    };
    return this.transactions.run(asker.ctx, async (tx) => {
      const made = await this.#issue(asker, { ...order, ...node, ...inherited, ...fixed });
      this.#note(tx, asker, 'created', { before: null, after: made.shown });
      return made;
    });
  }

  /**
   * Make the successor of a key: it can do the same. Both work for `overlapSeconds`; then the old one has expired.
   * @throws GrantRefusedError the asker holds less than the key; KeyNodeMissingError; KeyRevokedError
   */
  async rotate(asker: Authenticated, keyId: string, overlapSeconds: number): Promise<MadeKey> {
    const old = await this.find(asker, keyId);
    if (old === undefined) throw new KeyNodeMissingError();
    const now = this.clock.now();
    if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) throw new KeyRevokedError();
    const same = { allowedIps: old.allowedIps ?? undefined, expiresAt: old.expiresAt ?? undefined };
    const { name, scopes, apiVersion, mode } = old;
    // A key may always replace itself; another one is replaced only by whoever holds as much.
    if (asker.ctx.credentialId !== keyId) checkGrant(asker, { name, scopes, ...same }, { isWhole: true });
    const node = { storeId: old.storeId ?? undefined, terminalId: old.terminalId ?? undefined };
    const order = {
      name,
      scopes,
      mode,
      apiVersion,
      ...same,
      ...node,
      replaces: old.id,
      createdBy: asker.ctx.credentialId,
    };
    const endsAt = new Date(now.getTime() + overlapSeconds * 1_000);
    const made = await this.transactions.run(asker.ctx, async (tx) => {
      const ended = await tx.query(END_AT, [asker.ctx.tenantId, old.id, endsAt]);
      if (ended.length === 0) throw new KeyRevokedError(); // somebody revoked it a moment ago
      const successor = await this.#issue(asker, order);
      const [after] = await tx.query<KeyRow>(SHOW, [...nodeOf(asker), old.id]);
      this.#note(tx, asker, 'rotated', { before: old, after: after === undefined ? old : shownOf(after) });
      this.#note(tx, asker, 'created', { before: null, after: successor.shown });
      return successor;
    });
    this.keys.forget(old.id); // after the commit: what is looked up again is what holds now
    return made;
  }

  /** Revoke a key; again changes nothing. Holds on every process within two seconds. @throws KeyNodeMissingError */
  async revoke(asker: Authenticated, keyId: string): Promise<ShownKey> {
    const shown = await this.transactions.run(asker.ctx, async (tx) => {
      const before = await this.find(asker, keyId);
      if (before === undefined) throw new KeyNodeMissingError();
      const isDone = await this.keys.revoke(asker.ctx, keyId);
      const after = await this.find(asker, keyId);
      if (after === undefined) throw new KeyNodeMissingError();
      if (isDone) this.#note(tx, asker, 'revoked', { before, after });
      return after;
    });
    this.keys.forget(keyId); // after the commit: what is looked up again is what holds now
    return shown;
  }

  async #issue(asker: Authenticated, order: NewKey): Promise<MadeKey> {
    const { id, key } = await this.keys.issue(asker.ctx, order);
    const shown = await this.find(asker, id);
    if (shown === undefined) throw new KeyNodeMissingError();
    return { shown, key };
  }

  #note(
    tx: Tx,
    { ctx }: Authenticated,
    deed: 'created' | 'rotated' | 'revoked',
    { before, after }: { readonly before: ShownKey | null; readonly after: ShownKey },
  ): void {
    const states = { before: before === null ? null : auditedOf(before), after: auditedOf(after) };
    this.audit.record(tx, ctx, { operation: `api_key.${deed}`, objectId: after.id, ...states, at: this.clock.now() });
  }

  /** The node that the order names, which must lie within the asker's; left out: the asker's own. */
  async #nodeFor(asker: Authenticated, order: KeyOrder): Promise<{ storeId?: string; terminalId?: string }> {
    const { tenantId, storeId, terminalId } = asker.ctx;
    if (order.storeId === undefined && order.terminalId === undefined) return { storeId, terminalId };
    const isOutside = (mine: string | undefined, asked: string | undefined) =>
      mine !== undefined && asked !== undefined && mine !== asked;
    if (isOutside(storeId, order.storeId) || isOutside(terminalId, order.terminalId)) throw new KeyNodeMissingError();
    const wanted = [tenantId, order.storeId ?? storeId ?? null, order.terminalId ?? terminalId ?? null];
    const [node] = await this.transactions.run(asker.ctx, (tx) =>
      tx.query<{ store_id: string; terminal_id: string | null }>(NODE, wanted),
    );
    if (node === undefined) throw new KeyNodeMissingError();
    return { storeId: node.store_id, terminalId: node.terminal_id ?? undefined };
  }

  #read(asker: Authenticated, statement: typeof LIST, values: Storable[]): Promise<ShownKey[]> {
    return this.transactions.run(asker.ctx, async (tx) => (await tx.query<KeyRow>(statement, values)).map(shownOf));
  }
}

/** @throws GrantRefusedError the order goes beyond what the asker holds. @param isWhole what is left out is not inherited but wide open */
function checkGrant(asker: Authenticated, order: KeyOrder, { isWhole = false } = {}): void {
  const missing = order.scopes.find((scope) => !asker.scopes.includes(scope));
  if (missing !== undefined) throw new GrantRefusedError(missing);
  const networks = order.allowedIps ?? (isWhole ? ANYWHERE : []);
  if (!isWithin(asker.allowedIps, networks)) throw new GrantRefusedError('allowed_ips');
  const end = order.expiresAt ?? (isWhole ? NEVER : undefined);
  if (asker.expiresAt !== null && end !== undefined && end > asker.expiresAt) throw new GrantRefusedError('expires_at');
}

const ANYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];
const NEVER = new Date(8.64e15); // the last instant that a Date can hold

function isWithin(mine: readonly string[] | null, networks: readonly string[]): boolean {
  if (mine === null) return true;
  const list = new AddressList(mine);
  return networks.every((network) => list.covers(network));
}

function nodeOf({ ctx }: Authenticated): [string, string | null, string | null] {
  return [ctx.tenantId, ctx.storeId ?? null, ctx.terminalId ?? null];
}

/** What the audit keeps of a key: never the key, and nothing that one could be guessed from. */
function auditedOf(key: ShownKey): object {
  const wireId = (prefix: string, id: string | null) => (id === null ? null : toWireId(prefix, id));
  return {
    name: key.name,
    scopes: key.scopes,
    store_id: wireId('str', key.storeId),
    terminal_id: wireId('trm', key.terminalId),
    allowed_ips: key.allowedIps,
    api_version: key.apiVersion,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    replaces: wireId('key', key.replaces),
  };
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: string[];
  readonly mode: KeyMode;
  readonly store_id: string | null;
  readonly terminal_id: string | null;
  readonly allowed_ips: string[] | null;
  readonly api_version: string;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly created_by: string | null;
  readonly replaces: string | null;
  readonly created_at: Date;
}

function shownOf(row: KeyRow): ShownKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    mode: row.mode,
    storeId: row.store_id,
    terminalId: row.terminal_id,
    allowedIps: row.allowed_ips,
    apiVersion: row.api_version,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    createdBy: row.created_by,
    replaces: row.replaces,
    createdAt: row.created_at,
  };
}
