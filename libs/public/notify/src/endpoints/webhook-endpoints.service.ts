import { Injectable } from '@nestjs/common';
import { Clock, newId, type Secret } from '@tsunagu/kernel';
import { AppConfig, sql, Transactions } from '@tsunagu/platform';
import { newWebhookSecret, openSecret, sealSecret, secretText } from './sealed-secret.js';
import { UrlGuard } from './url-guard.js';

const FIND = sql(
  'webhook_endpoint_find',
  'select id, url, sealed_secret, types, state from gateway.webhook_endpoint where tenant_id = $1 order by id limit 1 for update',
);
const INSERT = sql(
  'webhook_endpoint_insert',
  'insert into gateway.webhook_endpoint (tenant_id, id, url, sealed_secret, types) values ($1, $2, $3, $4, $5)',
);
const UPDATE = sql(
  'webhook_endpoint_update',
  `update gateway.webhook_endpoint set url = $3, types = $4, state = 'enabled', failing_since = null where tenant_id = $1 and id = $2`,
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
    return this.transactions.run(ctx, async (tx) => {
      tx.send(LOCK, [ctx.tenantId]);
      const [row] = await tx.query<EndpointRow>(FIND, [ctx.tenantId]);
      if (row !== undefined) return this.#view(ctx.tenantId, row);
      const place = { tenantId: ctx.tenantId, endpointId: newId(this.clock.now()) };
      const sealed = sealSecret(this.#key, place, newWebhookSecret());
      await tx.query(INSERT, [ctx.tenantId, place.endpointId, null, sealed, null]);
      return this.#view(ctx.tenantId, {
        id: place.endpointId,
        url: null,
        sealed_secret: sealed,
        types: null,
        state: 'enabled',
      });
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

  #view(tenantId: string, row: EndpointRow): WebhookEndpoint {
    const secret = openSecret(this.#key, { tenantId, endpointId: row.id }, row.sealed_secret);
    return { id: row.id, url: row.url, types: row.types, state: row.state, secret: secretText(secret) };
  }
}
