import { Injectable } from '@nestjs/common';
import { Clock, newId, type Secret } from '@tsunagu/kernel';
import { AppConfig, AuditSink, sql, Transactions, type AuditActor, type Tx } from '@tsunagu/platform';
import { newWebhookSecret, openSecret, sealSecret, secretText } from './sealed-secret.js';
import { UrlGuard } from './url-guard.js';

const FIND = sql(
  'webhook_endpoint_find',
  'select id, url, sealed_secret, types, state, former_until from gateway.webhook_endpoint where tenant_id = $1 order by id limit 1 for update',
);
/** What its owner has set up: an endpoint without a URL was prepared by us and is nobody's business. */
const LOOK = sql(
  'webhook_endpoint_look',
  'select id, url, types, state, former_until from gateway.webhook_endpoint where tenant_id = $1 and url is not null order by id limit 1',
);
const INSERT = sql(
  'webhook_endpoint_insert',
  'insert into gateway.webhook_endpoint (tenant_id, id, url, sealed_secret, types) values ($1, $2, $3, $4, $5)',
);
const UPDATE = sql(
  'webhook_endpoint_update',
  `update gateway.webhook_endpoint set url = $3, types = $4, state = 'enabled', failing_since = null where tenant_id = $1 and id = $2`,
);
const RESEAL = sql(
  'webhook_endpoint_reseal',
  `update gateway.webhook_endpoint set sealed_secret = $3, former_secret = sealed_secret, former_until = $4
    where tenant_id = $1 and id = $2`,
);
/** A change of URL, or being switched on, ends the count of failures. */
const CHANGE = sql(
  'webhook_endpoint_change',
  `update gateway.webhook_endpoint
      set url = coalesce($3, url), state = coalesce($4, state), types = case when $5 then $6::text[] else types end,
          failing_since = case when $3::text is not null or $4 = 'enabled' then null else failing_since end
    where tenant_id = $1 and id = $2 and url is not null
    returning id, url, types, state, former_until`,
);
/** Two starters of one tenant must not make two endpoints; held until commit. */
const LOCK = sql(
  'webhook_endpoint_lock',
  `select pg_advisory_xact_lock(hashtextextended('webhook_endpoint:' || $1::text, 0))`,
);

interface EndpointRow {
  readonly id: string;
  readonly url: string | null;
  readonly sealed_secret: Buffer;
  readonly types: readonly string[] | null;
  readonly state: 'enabled' | 'disabled';
  readonly former_until: Date | null;
}

/** A tenant's endpoint as its owner sees it. */
export interface WebhookEndpoint {
  readonly id: string;
  /** Null: none yet; events are kept, nothing is sent. */
  readonly url: string | null;
  /** Event types it hears; null is all. */
  readonly types: readonly string[] | null;
  readonly state: 'enabled' | 'disabled';
  /** `whsec_…` in clear. */
  readonly secret: string;
}

/** What may be shown at any time: all but the secret. */
export interface ShownEndpoint {
  readonly id: string;
  readonly url: string;
  readonly isEnabled: boolean;
  /** Event types it hears; null is all. */
  readonly types: readonly string[] | null;
  /** Until when a former secret signs beside the present one; null: only one secret counts. */
  readonly formerSecretUntil: Date | null;
}

/** How long a former secret goes on signing. @source api-conventions.md §9 */
const OVERLAP_MS = 24 * 3_600_000;

/** What may be set of an endpoint. */
export interface EndpointOrder {
  readonly url: string;
  readonly rotateSecret: boolean;
  /** Left out: as it was; null: all types. */
  readonly types?: readonly string[] | null;
}

/** An endpoint that was just set, with its secret when this is the one moment to show it. */
export interface EndpointSet {
  readonly endpoint: ShownEndpoint;
  /** `whsec_…` in clear when it is new to its owner, else null. */
  readonly secret: string | null;
  readonly isNew: boolean;
}

/** Where a tenant wants its events: one endpoint per tenant for now. */
@Injectable()
export class WebhookEndpoints {
  readonly #key: Secret<Buffer>;
  readonly #guard: UrlGuard;

  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly audit: AuditSink,
    config: AppConfig,
  ) {
    this.#key = config.hexKey('WEBHOOK_KEY', 32);
    this.#guard = UrlGuard.fromConfig(config);
  }

  /** The endpoint, made with a secret and without a URL when there is none. Safe to repeat. */
  async ensure(ctx: { readonly tenantId: string }): Promise<WebhookEndpoint> {
    const row = await this.transactions.run(ctx, (tx) => this.#lockedRow(tx, ctx.tenantId));
    return this.#view(ctx.tenantId, row);
  }

  /** The endpoint as its owner set it; undefined: none yet. */
  async find(ctx: { readonly tenantId: string }): Promise<ShownEndpoint | undefined> {
    const [row] = await this.transactions.run(ctx, (tx) => tx.query<ShownRow>(LOOK, [ctx.tenantId]));
    return row === undefined ? undefined : shown(row, this.clock.now());
  }

  /**
   * Set where events go and switch it on. The secret is shown once: by the call that gives the first URL, or that asks
   * for a new one. A new secret signs everything from now on, retries of older events included; the former one signs beside it for a day.
   * @throws UrlNotAllowedError the rules of webhook URLs
   */
  async set(ctx: Whose, order: EndpointOrder): Promise<EndpointSet> {
    await this.#guard.check(order.url); // looks up names: never inside a transaction
    return this.transactions.run(ctx, async (tx) => {
      const before = await this.#lockedRow(tx, ctx.tenantId);
      const place = { tenantId: ctx.tenantId, endpointId: before.id };
      const isNew = before.url === null;
      const fresh = order.rotateSecret ? newWebhookSecret() : undefined;
      const formerUntil = fresh === undefined ? before.former_until : this.#overlapEnd();
      if (fresh !== undefined)
        tx.send(RESEAL, [ctx.tenantId, before.id, sealSecret(this.#key, place, fresh), formerUntil]);
      const types = order.types === undefined ? before.types : order.types;
      await tx.query(UPDATE, [ctx.tenantId, before.id, order.url, types]);
      const after = { ...before, url: order.url, state: 'enabled', types } as const;
      this.#note(tx, ctx, isNew ? 'created' : 'updated', { before: isNew ? null : before, after });
      if (fresh !== undefined && !isNew) this.#note(tx, ctx, 'secret_rotated', { before: after, after });
      const revealed = fresh ?? (isNew ? openSecret(this.#key, place, before.sealed_secret) : undefined);
      const endpoint = shown({ ...after, former_until: formerUntil }, this.clock.now());
      return { endpoint, secret: revealed === undefined ? null : secretText(revealed), isNew };
    });
  }

  /**
   * Change the URL, or switch the endpoint off and on; what is left out stays. Events that happen while it is off are
   * kept for the list of events and never sent; deliveries owed before go on when it is on again.
   * @returns undefined when the tenant has no such endpoint
   * @throws UrlNotAllowedError the rules of webhook URLs
   */
  async change(
    ctx: Whose,
    endpointId: string,
    change: { readonly url?: string; readonly isEnabled?: boolean; readonly types?: readonly string[] | null },
  ): Promise<ShownEndpoint | undefined> {
    if (change.url !== undefined) await this.#guard.check(change.url);
    const state = change.isEnabled === undefined ? null : change.isEnabled ? 'enabled' : 'disabled';
    const values = [
      ctx.tenantId,
      endpointId,
      change.url ?? null,
      state,
      change.types !== undefined,
      change.types ?? null,
    ];
    return this.transactions.run(ctx, async (tx) => {
      const before = await this.#lockedRow(tx, ctx.tenantId);
      const [row] = await tx.query<ShownRow>(CHANGE, values);
      if (row === undefined) return undefined;
      this.#note(tx, ctx, 'updated', { before, after: row });
      return shown(row, this.clock.now());
    });
  }

  /**
   * Set where events go, and which; enables a disabled endpoint again. The secret stays.
   * @throws UrlNotAllowedError the rules of webhook URLs
   */
  async update(
    ctx: { readonly tenantId: string },
    change: { url: string | null; types?: readonly string[] | null },
  ): Promise<WebhookEndpoint> {
    if (change.url !== null) await this.#guard.check(change.url); // looks up names: never inside a transaction
    const endpoint = await this.ensure(ctx);
    const types = change.types === undefined ? endpoint.types : change.types;
    await this.transactions.run(ctx, (tx) => tx.query(UPDATE, [ctx.tenantId, endpoint.id, change.url, types]));
    return { ...endpoint, url: change.url, types, state: 'enabled' };
  }

  /**
   * Make a new secret and show it, once. The former one signs beside it for a day; one before that signs no more.
   * @returns undefined when the tenant has no such endpoint
   */
  async rotate(ctx: Whose, endpointId: string): Promise<EndpointSet | undefined> {
    return this.transactions.run(ctx, async (tx) => {
      const row = await this.#lockedRow(tx, ctx.tenantId);
      if (row.id !== endpointId || row.url === null) return undefined;
      const secret = newWebhookSecret();
      const until = this.#overlapEnd();
      const sealed = sealSecret(this.#key, { tenantId: ctx.tenantId, endpointId }, secret);
      await tx.query(RESEAL, [ctx.tenantId, endpointId, sealed, until]);
      this.#note(tx, ctx, 'secret_rotated', { before: row, after: row });
      const endpoint = shown({ ...row, url: row.url, former_until: until }, this.clock.now());
      return { endpoint, secret: secretText(secret), isNew: false };
    });
  }

  /** The tenant's row, made when there is none, held until the transaction ends. */
  async #lockedRow(tx: Tx, tenantId: string): Promise<EndpointRow> {
    tx.send(LOCK, [tenantId]);
    const [row] = await tx.query<EndpointRow>(FIND, [tenantId]);
    if (row !== undefined) return row;
    const endpointId = newId(this.clock.now());
    const sealed = sealSecret(this.#key, { tenantId, endpointId }, newWebhookSecret());
    await tx.query(INSERT, [tenantId, endpointId, null, sealed, null]);
    return { id: endpointId, url: null, sealed_secret: sealed, types: null, state: 'enabled', former_until: null };
  }

  #note(
    tx: Tx,
    actor: AuditActor,
    deed: 'created' | 'updated' | 'secret_rotated',
    { before, after }: { readonly before: Audited | null; readonly after: Audited & { readonly id: string } },
  ): void {
    const states = { before: before === null ? null : auditedOf(before), after: auditedOf(after) };
    this.audit.record(tx, actor, {
      operation: `webhook_endpoint.${deed}`,
      objectId: after.id,
      ...states,
      at: this.clock.now(),
    });
  }

  #overlapEnd(): Date {
    return new Date(this.clock.now().getTime() + OVERLAP_MS);
  }

  #view(tenantId: string, row: EndpointRow): WebhookEndpoint {
    const secret = openSecret(this.#key, { tenantId, endpointId: row.id }, row.sealed_secret);
    return { id: row.id, url: row.url, types: row.types, state: row.state, secret: secretText(secret) };
  }
}

/** Whose endpoint; who asks is written down. */
type Whose = { readonly tenantId: string } & AuditActor;

/** What the audit keeps of an endpoint: never its secrets. */
type Audited = Pick<EndpointRow, 'url' | 'types' | 'state'>;

function auditedOf({ url, types, state }: Audited): object {
  return { url, types, status: state };
}

interface ShownRow {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly state: 'enabled' | 'disabled';
  readonly former_until: Date | null;
}

function shown(row: ShownRow, now: Date): ShownEndpoint {
  const isRotating = row.former_until !== null && row.former_until > now;
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    isEnabled: row.state === 'enabled',
    formerSecretUntil: isRotating ? row.former_until : null,
  };
}
