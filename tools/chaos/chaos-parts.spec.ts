import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import { Disturber, faultMix } from './disturber.js';
import { parseIssuerLedgers } from './issuer-ledger.js';
import { mustAskAgain } from './persistent-client.js';
import { planPurchase } from './purchase.js';

const WITHOUT_PAUSE = { firstMs: 0, minMs: 0, maxMs: 0 };

describe('a till that never gives up', () => {
  it.each([500, 502, 503, 504, 429])('asks again after %i: it says nothing about the outcome', (status) => {
    expect(mustAskAgain({ status, body: {} })).toBe(true);
  });

  it('asks again while the same intent is in progress, and takes any other answer', () => {
    expect(mustAskAgain({ status: 409, body: { code: 'idempotency_in_progress' } })).toBe(true);
    expect(mustAskAgain({ status: 409, body: { code: 'state_conflict' } })).toBe(false);
    for (const status of [200, 201, 202, 404, 422]) expect(mustAskAgain({ status, body: {} })).toBe(false);
  });
});

describe('a purchase', () => {
  it('names every step by a key of its own, and no two purchases alike', () => {
    const plans = Array.from(
      { length: 200 },
      (
        (random) => () =>
          planPurchase(random)
      )(new SeededRandom(7)),
    );
    const names = plans.flatMap((plan) => [plan.clientReference, plan.keys.pay, plan.keys.then]);
    expect(new Set(names).size).toBe(names.length);
    expect(plans.every((plan) => plan.then !== 'capture' || plan.kind === 'auth')).toBe(true);
    expect(new Set(plans.map((plan) => plan.then)).size).toBe(5);
  });

  it('wants the same for the same seed', () => {
    const wish = (seed: number) => {
      const { kind, amountMinor, then, isImpatient } = planPurchase(new SeededRandom(seed));
      return { kind, amountMinor, then, isImpatient };
    };
    expect(wish(3)).toEqual(wish(3));
  });
});

describe('the ledger of the issuers', () => {
  const line = { link: 'jcb', rrn: '1', localTime: '261122000000', kind: 'sale', amountMinor: 5 };

  it('holds no money for a decline, and none for what was taken back', () => {
    const states = ['approved', 'declined', 'reversed', 'captured'];
    const entries = parseIssuerLedgers({ authorizations: states.map((state) => ({ ...line, state })) });
    expect(entries.map((entry) => entry.isReversed)).toEqual([false, true, false]);
  });

  it('is not read as empty when its form is unknown', () => {
    expect(() => parseIssuerLedgers({})).toThrow('no list of authorizations');
    expect(() => parseIssuerLedgers({ authorizations: [{ ...line, kind: 'gift', state: 'approved' }] })).toThrow(
      'unknown form',
    );
    expect(() => parseIssuerLedgers({ authorizations: [{ ...line, amountMinor: 'x', state: 'approved' }] })).toThrow(
      'unknown form',
    );
  });
});

it('spreads the share of trouble over all kinds of it', () => {
  const total = Object.values(faultMix(0.06)).reduce((sum, share) => sum + share, 0);
  expect(total).toBeCloseTo(0.06, 10);
});

it('lets no process of a short run get away', async () => {
  const hit: string[] = [];
  const victims = ['api', 'worker', 'vault', 'switch', 'postgres'];
  let disturber: Disturber | undefined;
  const kill9 = (name: string) => {
    hit.push(name);
    if (hit.length >= victims.length) disturber?.stop();
  };
  disturber = new Disturber({ kill9 }, new SeededRandom(4), victims, WITHOUT_PAUSE);
  await disturber.run();
  expect(new Set(hit.slice(0, victims.length))).toEqual(new Set(victims));
});

it('counts its blows by victim', async () => {
  const hit: string[] = [];
  const disturber = new Disturber(
    { kill9: (name) => void (hit.push(name), disturber.stop()) },
    new SeededRandom(1),
    ['vault'],
    WITHOUT_PAUSE,
  );
  await disturber.run();
  expect(disturber.kills).toEqual({ vault: hit.length });
  expect(disturber.killCount).toBe(hit.length);
});
