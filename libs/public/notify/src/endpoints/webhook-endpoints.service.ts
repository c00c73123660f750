import { Injectable } from '@nestjs/common';
import { Clock, newId, type Secret } from '@tsunagu/kernel';
import { AppConfig, sql, Transactions, type Tx } from '@tsunagu/platform';
import { newWebhookSecret, openSecret, sealSecret, secretText } from './sealed-secret.js';
import { UrlGuard } from './url-guard.js';

const FIND = sql(
  'webhook_endpoint_find',
  'select id, url, sealed_secret, types, state from gateway.webhook_endpoint where tenant_id = $1 order by id limit 1 for update',
);
/** What its owner has set up: an endpoint without a URL was prepared by us and is nobody's business. */
const LOOK = sql(
  'webhook_endpoint_look',
  'select id, url, state from gateway.webhook_endpoint where tenant_id = $1 and url is not null order by id limit 1',
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
  'update gateway.webhook_endpoint set sealed_secret = $3 where tenant_id = $1 and id = $2',
);
/** A change of URL, or being switched on, ends the count of failures. */
const CHANGE = sql(
  'webhook_endpoint_change',
  `update gateway.webhook_endpoint
      set url = coalesce($3, url), state = coalesce($4, state),
          failing_since = case when $3::text is not null or $4 = 'enabled' then null else failing_since end
    where tenant_id = $1 and id = $2 and url is not null
    returning id, url, state`,
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
  readonly types: string[] | null;
  readonly state: 'enabled' | 'disabled';
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
    return row === undefined ? undefined : shown(row);
  }

  /**
   * Set where events go and switch it on. The secret is shown once: by the call that gives the first URL, or that asks
   * for a new one. A new secret signs everything from now on, retries of older events included.
   * @throws UrlNotAllowedError the rules of webhook URLs
   */
  async set(
    ctx: { readonly tenantId: string },
    order: { readonly url: string; readonly rotateSecret: boolean },
  ): Promise<EndpointSet> {
    await this.#guard.check(order.url); // looks up names: never inside a transaction
    return this.transactions.run(ctx, async (tx) => {
      const before = await this.#lockedRow(tx, ctx.tenantId);
      const place = { tenantId: ctx.tenantId, endpointId: before.id };
      const isNew = before.url === null;
      const fresh = order.rotateSecret ? newWebhookSecret() : undefined;
      if (fresh !== undefined) tx.send(RESEAL, [ctx.tenantId, before.id, sealSecret(this.#key, place, fresh)]);
      await tx.query(UPDATE, [ctx.tenantId, before.id, order.url, before.types]);
      const revealed = fresh ?? (isNew ? openSecret(this.#key, place, before.sealed_secret) : undefined);
      const endpoint = { id: before.id, url: order.url, isEnabled: true };
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
    ctx: { readonly tenantId: string },
    endpointId: string,
    change: { readonly url?: string; readonly isEnabled?: boolean },
  ): Promise<ShownEndpoint | undefined> {
    if (change.url !== undefined) await this.#guard.check(change.url);
    const state = change.isEnabled === undefined ? null : change.isEnabled ? 'enabled' : 'disabled';
    const values = [ctx.tenantId, endpointId, change.url ?? null, state];
    const [row] = await this.transactions.run(ctx, (tx) => tx.query<ShownRow>(CHANGE, values));
    return row === undefined ? undefined : shown(row);
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

  /** The tenant's row, made when there is none, held until the transaction ends. */
  async #lockedRow(tx: Tx, tenantId: string): Promise<EndpointRow> {
    tx.send(LOCK, [tenantId]);
    const [row] = await tx.query<EndpointRow>(FIND, [tenantId]);
    if (row !== undefined) return row;
    const endpointId = newId(this.clock.now());
    const sealed = sealSecret(this.#key, { tenantId, endpointId }, newWebhookSecret());
    await tx.query(INSERT, [tenantId, endpointId, null, sealed, null]);
    return { id: endpointId, url: null, sealed_secret: sealed, types: null, state: 'enabled' };
  }

  #view(tenantId: string, row: EndpointRow): WebhookEndpoint {
    const secret = openSecret(this.#key, { tenantId, endpointId: row.id }, row.sealed_secret);
    return { id: row.id, url: row.url, types: row.types, state: row.state, secret: secretText(secret) };
  }
}

interface ShownRow {
  readonly id: string;
  readonly url: string;
  readonly state: 'enabled' | 'disabled';
}

function shown(row: ShownRow): ShownEndpoint {
  return { id: row.id, url: row.url, isEnabled: row.state === 'enabled' };
}
