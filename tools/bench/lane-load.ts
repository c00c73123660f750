import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { CardPresent } from '../till/card-reader.js';

/** A till that always pays in the same way. */
export interface LaneTill {
  readonly apiKey: string;
  readonly terminalId: string;
  present(): CardPresent;
}

/** Approved by every simulated issuer. */
export const LANE_AMOUNT = 1_500;

interface Sending {
  readonly pool: Pool;
  readonly till: LaneTill;
  readonly waitSeconds: number;
}

/** How long payments of the measured lanes took. */
export interface Samples {
  readonly ms: number[];
  /** Answered, but not charged as they should be. */
  failed: number;
}

/** Tills that pay one after the other with a pause between, so that what is measured is the way and not the queue before it. */
export async function payCalmly(
  api: string,
  tills: readonly LaneTill[],
  plan: { ms: number; pauseMs: number },
): Promise<Samples> {
  const pool = new Pool(api, { connections: tills.length });
  const samples: Samples = { ms: [], failed: 0 };
  const untilMs = performance.now() + plan.ms;
  const work = async (till: LaneTill, nr: number): Promise<void> => {
    await pause((plan.pauseMs * nr) / tills.length); // not all in the same instant
    while (performance.now() < untilMs) {
      const sentMs = performance.now();
      const status = await send({ pool, till, waitSeconds: 25 });
      if (status === 'captured') samples.ms.push(performance.now() - sentMs);
      else samples.failed += 1;
      await pause(plan.pauseMs);
    }
  };
  await Promise.all(tills.map(work));
  await pool.close();
  return samples;
}

/** Payments that come at their own rate whatever becomes of the earlier ones, until `ended`. @returns how many were accepted */
export async function pour(
  api: string,
  tills: readonly LaneTill[],
  { perSecond, waitSeconds, ended }: { perSecond: number; waitSeconds: number; ended: AbortSignal },
): Promise<number> {
  const pool = new Pool(api, { connections: 256 });
  const underWay = new Set<Promise<void>>();
  let accepted = 0;
  for (let nr = 0; !ended.aborted; nr += 1) {
    const till = tills[nr % tills.length]!;
    const one: Promise<void> = send({ pool, till, waitSeconds })
      .then((status) => void (accepted += status === undefined ? 0 : 1))
      .catch(() => undefined)
      .finally(() => underWay.delete(one));
    underWay.add(one);
    await pause(1_000 / perSecond);
  }
  await Promise.all(underWay);
  await pool.close();
  return accepted;
}

/** @returns the status of the payment; undefined when it was refused */
async function send({ pool, till, waitSeconds }: Sending): Promise<string | undefined> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/payments',
    body: JSON.stringify({
      client_reference: randomUUID(),
      terminal_id: till.terminalId,
      kind: 'sale',
      money: { amount: LANE_AMOUNT, currency: 'JPY' },
      card_present: till.present(),
    }),
    headers: {
      authorization: `Bearer ${till.apiKey}`,
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': randomUUID(),
      ...(waitSeconds > 0 && { prefer: `wait=${waitSeconds}` }),
    },
  });
  const text = await body.text();
  return statusCode < 300 ? (JSON.parse(text) as { status?: string }).status : undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
