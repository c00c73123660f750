import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, newId, toWireId, type Secret } from '@tsunagu/kernel';
import { AppConfig, AppLogger, Metrics } from '@tsunagu/platform';
import { openSecret } from '../endpoints/sealed-secret.js';
import { UrlGuard } from '../endpoints/url-guard.js';
import { tenantEventBody } from '../events/event-body.js';
import { DeliveryRepository, type DeliveryKey, type DeliveryMark, type LoadedDelivery } from './delivery.repository.js';
import { nextDelayMs, retryAfterSeconds } from './schedule.js';
import { signWebhook } from './signature.js';
import { WebhookSender, type SendResult } from './webhook-sender.js';

const POLL_MS = 500;
const PER_ENDPOINT = 4;
/** Longer than the longest attempt, so that a living deliverer never loses what it holds. */
const LEASE_MS = 30_000;
const DISABLE_AFTER_MS = 5 * 24 * 3_600_000;

/**
 * Sends what is due, at least once, each endpoint on its own: a few at a time, so that one bad endpoint delays nobody.
 * A deliverer that dies leaves leases; they run out, and somebody sends again under the same id.
 */
@Injectable()
export class WebhookDeliverer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** In flight by endpoint. */
  readonly #busy = new Map<string, number>();
  readonly #flights = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #sender: WebhookSender;
  readonly #key: Secret<Buffer>;
  readonly #isLive: boolean;
  #loop: Promise<void> | undefined;
  readonly #outcomes;

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    config: AppConfig,
    metrics: Metrics,
  ) {
    this.#sender = new WebhookSender(UrlGuard.fromConfig(config));
    this.#key = config.hexKey('WEBHOOK_KEY', 32);
    this.#isLive = config.isProduction;
    this.#outcomes = metrics.counter('tsunagu_webhook_attempts_total', 'Webhook attempts by outcome', ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.#loop = this.#run();
  }

  /** Take no more; what is on the wire is finished, for at most 15 s. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    await Promise.all(this.#flights);
    await this.#sender.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      let taken = 0;
      try {
        taken = await this.pass();
      } catch (error) {
        this.logger.warn('a pass over due webhooks failed', { error });
      }
      if (taken === 0) await this.clock.sleep(POLL_MS, this.#stopped.signal);
    }
  }

  /** Take what is due and start sending it. @returns how many were taken */
  async pass(leaseMs = LEASE_MS): Promise<number> {
    const busy = [...this.#busy].filter(([, count]) => count >= PER_ENDPOINT).map(([endpointId]) => endpointId);
    const keys = await this.deliveries.claim(PER_ENDPOINT, leaseMs, busy);
    for (const key of keys) this.#start(key);
    return keys.length;
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.#flights.size > 0) await Promise.all(this.#flights);
  }

  #start(key: DeliveryKey): void {
    this.#busy.set(key.endpointId, (this.#busy.get(key.endpointId) ?? 0) + 1);
    const flight = this.#deliver(key)
      .catch((error: unknown) => this.logger.error('a webhook could not be handled', { eventId: key.eventId, error }))
      .finally(() => {
        const left = (this.#busy.get(key.endpointId) ?? 1) - 1;
        if (left === 0) this.#busy.delete(key.endpointId);
        else this.#busy.set(key.endpointId, left);
        this.#flights.delete(flight);
      });
    this.#flights.add(flight);
  }

  async #deliver(key: DeliveryKey): Promise<void> {
    const delivery = await this.deliveries.load(key);
    if (delivery === undefined) return; // sent by another in the meantime, or its endpoint was disabled
    const headers = signWebhook(this.#secrets(key, delivery), {
      id: toWireId('evt', key.eventId),
      at: this.clock.now(),
      body: delivery.body,
    });
    const startedMs = this.clock.monotonicMs();
    const result = await this.#sender.send(delivery.url, headers, delivery.body);
    const mark = this.#judge({ key, delivery }, result, Math.round(this.clock.monotonicMs() - startedMs));
    await this.deliveries.mark(key, mark);
    this.#tell(key, delivery, mark);
  }

  #secrets(key: DeliveryKey, delivery: LoadedDelivery): Secret<Buffer>[] {
    const { sealed_secret: present, former_secret: former, former_until: until } = delivery;
    const isRotating = former !== null && until !== null && until > this.clock.now();
    return [present, ...(isRotating ? [former] : [])].map((sealed) => openSecret(this.#key, key, sealed));
  }

  #judge(
    { key, delivery }: { key: DeliveryKey; delivery: LoadedDelivery },
    result: SendResult,
    latencyMs: number,
  ): DeliveryMark {
    const at = this.clock.now();
    const { status, error, reply } = result;
    const facts = { attemptsBefore: delivery.attempts, status, error, reply, latencyMs, at };
    if (result.status !== null && result.status >= 200 && result.status < 300)
      return { ...facts, state: 'delivered', nextAt: at, endpoint: 'healed' };
    const isThrottled = result.status !== null && [429, 502, 503, 504].includes(result.status);
    const retryAfterS = isThrottled ? retryAfterSeconds(result.retryAfter, at) : 0;
    const delayMs = nextDelayMs(delivery.attempts + 1, this.#isLive, Math.random(), retryAfterS);
    const failingMs = delivery.failing_since === null ? 0 : at.getTime() - delivery.failing_since.getTime();
    const reason = result.status === 410 ? 'gone' : failingMs > DISABLE_AFTER_MS ? 'only_failures' : undefined;
    const nextAt = new Date(at.getTime() + (delayMs ?? 0));
    const state = delayMs === undefined ? 'failed' : 'pending';
    if (reason === undefined) return { ...facts, state, nextAt, endpoint: 'failing' };
    return { ...facts, state, nextAt, endpoint: 'disable', farewell: this.#farewell(key, delivery, { reason, at }) };
  }

  #farewell(
    key: DeliveryKey,
    { url }: LoadedDelivery,
    { reason, at }: { reason: string; at: Date },
  ): { id: string; body: string } {
    const id = newId(at);
    const object = { id: toWireId('whe', key.endpointId), object: 'webhook_endpoint', url, enabled: false, reason };
    const event = {
      id,
      tenantId: key.tenantId,
      occurredAt: at,
      requestId: toWireId('req', id),
      previous: { enabled: true },
    };
    return { id, body: tenantEventBody({ ...event, type: 'webhook_endpoint.disabled', object }, this.#isLive) };
  }

  #tell(key: DeliveryKey, delivery: LoadedDelivery, mark: DeliveryMark): void {
    this.#outcomes.inc({ outcome: mark.state === 'delivered' ? 'delivered' : (mark.error ?? 'refused') });
    const facts = {
      eventId: key.eventId,
      endpointId: key.endpointId,
      eventType: delivery.type,
      status: mark.status,
      attempt: mark.attemptsBefore + 1,
    };
    if (mark.state === 'failed') this.logger.warn('a webhook was given up', facts);
    if (mark.endpoint === 'disable') this.logger.warn('a webhook endpoint was disabled', facts);
  }
}
