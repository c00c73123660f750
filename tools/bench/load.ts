import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { SimulatedReader } from '../chaos/simulated-reader.js';
import { latencyOf, round, type Latency } from './percentile.js';

/** Where payments go, and who sends them. */
export interface LoadTarget {
  readonly url: string;
  readonly path: string;
  readonly tills: readonly { readonly apiKey: string; readonly reader: SimulatedReader }[];
}

export interface LoadPlan {
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly measureMs: number;
  /** No more than these are begun. */
  readonly paymentsMax?: number;
  /** Pause of one sender between two payments; 0 saturates. */
  readonly pauseMs: number;
}

export interface LoadResult {
  readonly payments: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly failed: number;
  readonly latencyMs: Latency;
  /** What the issuer took, where the target tells it. */
  readonly issuerMs: Latency | null;
}

/** Approved by every simulated issuer, always the same card: the brands would only mix the lines. */
const AMOUNT = 1_500;
const JCB = 0;

/** Closed-loop load for a bounded time. A payment counts when it is final and charged. */
export async function applyLoad(target: LoadTarget, plan: LoadPlan): Promise<LoadResult> {
  const pool = new Pool(target.url, { connections: plan.concurrency, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const startedMs = performance.now();
  const untilMs = startedMs + plan.measureMs;
  const paymentsMax = plan.paymentsMax ?? Infinity;
  let begun = 0;
  const samples: number[] = [];
  const issuer: number[] = [];
  let failed = 0;
  const send = async (sender: number): Promise<void> => {
    while (performance.now() < untilMs && begun < paymentsMax) {
      begun += 1;
      const { apiKey, reader } = target.tills[sender % target.tills.length]!;
      const body = orderBody(reader);
      const sentMs = performance.now();
      const answer = await payOnce(pool, target.path, apiKey, body);
      const endMs = performance.now();
      const isMeasured = endMs < untilMs;
      if (isMeasured && !answer.isCharged) failed += 1;
      if (isMeasured && answer.isCharged) samples.push(endMs - sentMs);
      if (isMeasured && answer.issuerMs !== null) issuer.push(answer.issuerMs);
      if (plan.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, plan.pauseMs));
    }
  };
  await Promise.all(Array.from({ length: plan.concurrency }, (_, sender) => send(sender)));
  await pool.close();
  const seconds = plan.measureMs / 1000;
  return {
    payments: samples.length,
    seconds,
    perSecond: round(samples.length / seconds),
    failed,
    latencyMs: latencyOf(samples),
    issuerMs: issuer.length === 0 ? null : latencyOf(issuer),
  };
}

function orderBody(reader: SimulatedReader): string {
  return JSON.stringify({
    client_reference: randomUUID(),
    terminal_id: reader.terminal.id,
    kind: 'sale',
    money: { amount: AMOUNT, currency: 'JPY' },
    card_present: reader.present(JCB, AMOUNT),
  });
}

async function payOnce(
  pool: Pool,
  path: string,
  apiKey: string,
  body: string,
): Promise<{ isCharged: boolean; issuerMs: number | null }> {
  const response = await pool.request({
    method: 'POST',
    path,
    body,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': randomUUID(),
      prefer: 'wait=25',
    },
  });
  const text = await response.body.text();
  if (response.statusCode !== 201) return { isCharged: false, issuerMs: null };
  const answer = JSON.parse(text) as { status?: string; issuer_ms?: number };
  return { isCharged: answer.status === 'captured', issuerMs: answer.issuer_ms ?? null };
}
