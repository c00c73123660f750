import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock, newId } from '@tsunagu/kernel';
import { AppConfig, Centre, sql, Transactions } from '@tsunagu/platform';
import { RateLimiter, type RateLimits } from '../limits/rate-limiter.js';
import { AddressList } from './address-list.js';
import { ApiKeyExpiredError, ApiKeyInvalidError, IpNotAllowedError } from './api-key-errors.js';
import { digestOf, newSecret, parseKey, writeKey, type KeyMode, type ParsedKey } from './key-text.js';

const FIND = sql('api_key_find', 'select * from gateway.find_api_key($1)');
const INSERT = sql(
  'api_key_insert',
  `insert into gateway.api_key
     (tenant_id, id, digest, scopes, mode, store_id, terminal_id, expires_at, name, allowed_ips, api_version, created_by, replaces)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::cidr[], $11, $12, $13)`,
);
const REVOKE = sql(
  'api_key_revoke',
  'update gateway.api_key set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null returning id',
);

/** Revocation must hold on all nodes within 5 s; a node remembers a credential for 2. */
const CACHE_MS = 2_000;
const CACHE_ENTRIES_MAX = 10_000;
/** Absent keys are compared with this, so that an unknown id costs what a wrong secret costs. */
const NOBODY = Buffer.alloc(32, 0xa5);

interface Credential {
  readonly tenant_id: string;
  readonly digest: Buffer;
  readonly scopes: readonly string[];
  readonly mode: KeyMode;
  readonly store_id: string | null;
  readonly terminal_id: string | null;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly limit_pay: number | null;
  readonly limit_read: number | null;
  readonly limit_terminal: number | null;
  readonly limit_key_concurrency: number | null;
  readonly api_version: string;
  readonly allowed_ips: readonly string[] | null;
  /** Made once per look-up: a request asks it in no time. */
  addresses?: AddressList | null;
}

/** Who asks, what he may do, and how often. */
export interface Authenticated {
  readonly ctx: TenantContext;
  readonly scopes: readonly string[];
  readonly mode: KeyMode;
  readonly rateLimits: RateLimits;
  /** Version of the API that the key was made for. */
  readonly apiVersion: string;
  /** Networks it may be used from; null is anywhere. */
  readonly allowedIps: readonly string[] | null;
  readonly expiresAt: Date | null;
}

/** What a new key may do, and where in the tenant's tree it stands: nowhere named is the whole tenant. */
export interface NewKey {
  readonly mode: KeyMode;
  readonly scopes: readonly string[];
  readonly storeId?: string;
  readonly terminalId?: string;
  readonly expiresAt?: Date;
  /** For people; 1 to 80 characters. */
  readonly name?: string;
  /** Networks it may be used from; left out is anywhere. */
  readonly allowedIps?: readonly string[];
  readonly apiVersion?: string;
  /** Key that asked for this one. */
  readonly createdBy?: string;
  /** Key that this one takes over from. */
  readonly replaces?: string;
}

/** Version that a key is pinned to when nobody says another. */
const API_VERSION = '2026-11-01';

/** API keys: made, proved, revoked. The clear text exists once, in the answer of `issue`. */
@Injectable()
export class ApiKeys {
  readonly #remembered = new Map<string, { readonly until: number; readonly credential: Credential | undefined }>();
  readonly #pepper;
  /** Test data and live data live in houses of their own (ADR 0014): a key of the other kind opens nothing here. */
  readonly #mode: KeyMode;

  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly limiter: RateLimiter,
    config: AppConfig,
  ) {
    this.#pepper = config.hexKey('API_KEY_PEPPER', 32);
    this.#mode = config.isProduction ? 'live' : 'test';
  }

  /**
   * Prove a key. The tenant comes from here alone.
   * @param bearer text after `Bearer `
   * @param address where the request came from; left out by callers inside the house
   * @throws ApiKeyInvalidError unknown, mistyped, wrong, revoked or of the other mode
   * @throws ApiKeyExpiredError right, but too late
   * @throws IpNotAllowedError right, but from elsewhere
   */
  async authenticate(bearer: string, requestId: string, address?: string): Promise<Authenticated> {
    const key = parseKey(bearer);
    if (key === undefined) throw new ApiKeyInvalidError();
    const credential = await this.#proved(key);
    checkCircumstances(credential, this.clock.now(), address);
    return this.#welcome(key, credential, requestId);
  }

  /** @returns the key in clear, for the only time */
  async issue(ctx: { readonly tenantId: string }, order: NewKey): Promise<{ id: string; key: string }> {
    const parsed: ParsedKey = { mode: order.mode, id: newId(this.clock.now()), secret: newSecret() };
    await this.transactions.run(ctx, (tx) =>
      tx.query(INSERT, [
        ctx.tenantId,
        parsed.id,
        digestOf(this.#pepper, parsed),
        order.scopes,
        order.mode,
        order.storeId ?? null,
        order.terminalId ?? null,
        order.expiresAt ?? null,
        order.name ?? 'unnamed',
        order.allowedIps ?? null,
        order.apiVersion ?? API_VERSION,
        order.createdBy ?? null,
        order.replaces ?? null,
      ]),
    );
    return { id: parsed.id, key: writeKey(parsed.mode, parsed.id, parsed.secret) };
  }

  /** Holds at once on this node and within two seconds on all. @returns false when there was nothing to revoke */
  async revoke(ctx: { readonly tenantId: string }, keyId: string): Promise<boolean> {
    const rows = await this.transactions.run(ctx, (tx) => tx.query(REVOKE, [ctx.tenantId, keyId, this.clock.now()]));
    this.forget(keyId);
    return rows.length === 1;
  }

  /** Look the key up again at its next use, on this node; the others do so within two seconds. */
  forget(keyId: string): void {
    this.#remembered.delete(keyId);
  }

  /** The same work for an absent key as for a wrong one. @throws ApiKeyInvalidError */
  async #proved(key: ParsedKey): Promise<Credential> {
    const credential = await this.#find(key.id);
    const isRight = timingSafeEqual(digestOf(this.#pepper, key), credential?.digest ?? NOBODY);
    if (!isRight || credential === undefined || credential.revoked_at !== null) throw new ApiKeyInvalidError();
    if (credential.mode !== key.mode || key.mode !== this.#mode) throw new ApiKeyInvalidError();
    return credential;
  }

  async #find(id: string): Promise<Credential | undefined> {
    const now = this.clock.monotonicMs();
    const known = this.#remembered.get(id);
    if (known !== undefined && known.until > now) return known.credential;
    const [credential] = await this.centre.query<Credential>(FIND, [id]);
    if (this.#remembered.size >= CACHE_ENTRIES_MAX) this.#remembered.clear();
    this.#remembered.set(id, { until: now + CACHE_MS, credential });
    return credential;
  }

  #welcome(key: ParsedKey, credential: Credential, requestId: string): Authenticated {
    const rateLimits = {
      pay: credential.limit_pay,
      read: credential.limit_read,
      terminal: credential.limit_terminal,
      keyConcurrency: credential.limit_key_concurrency,
    };
    this.limiter.learn(credential.tenant_id, rateLimits);
    return {
      ctx: {
        tenantId: credential.tenant_id,
        requestId,
        credentialId: key.id,
        storeId: credential.store_id ?? undefined,
        terminalId: credential.terminal_id ?? undefined,
      },
      scopes: credential.scopes,
      mode: credential.mode,
      rateLimits,
      apiVersion: credential.api_version,
      allowedIps: credential.allowed_ips,
      expiresAt: credential.expires_at,
    };
  }
}

/** @throws ApiKeyExpiredError, IpNotAllowedError */
function checkCircumstances(credential: Credential, now: Date, address: string | undefined): void {
  if (credential.expires_at !== null && credential.expires_at <= now) throw new ApiKeyExpiredError();
  if (address !== undefined && addressesOf(credential)?.includes(address) === false) throw new IpNotAllowedError();
}

function addressesOf(credential: Credential): AddressList | null {
  credential.addresses ??= credential.allowed_ips === null ? null : new AddressList(credential.allowed_ips);
  return credential.addresses;
}
