import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import { Disturber, faultMix } from './disturber.js';
import { parseIssuerLedgers } from './issuer-ledger.js';
import { mustAskAgain } from './persistent-client.js';
import { planPurchase } from './purchase.js';

const AT_PIN_PAD = { takesPins: true, isEarly: false };
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
    const random = new SeededRandom(7);
    const plans = Array.from({ length: 400 }, () => planPurchase(random, AT_PIN_PAD));
    const names = plans.flatMap((plan) => [
      plan.clientReference,
      plan.payKey,
      plan.giveUpKey,
      plan.voice.clientReference,
      plan.voice.key,
      ...plan.moves.map(({ key }) => key),
    ]);
    expect(new Set(names).size).toBe(names.length);
    const moved = (kind: string) =>
      new Set(
        plans
          .filter((plan) => plan.kind === kind && plan.customer !== 'unionpay')
          .flatMap((plan) => plan.moves.map(({ what }) => what)),
      );
    expect(moved('auth').size).toBe(6);
    expect([...moved('sale')].sort()).toEqual(['cancel', 'ensure_cancelled', 'refund']);
    expect(new Set(plans.map(({ customer }) => customer)).size).toBe(3);
  });

  it('brings no card that needs a PIN to a reader that takes none', () => {
    const random = new SeededRandom(8);
    const plans = Array.from({ length: 200 }, () => planPurchase(random, { ...AT_PIN_PAD, takesPins: false }));
    expect(new Set(plans.map(({ customer }) => customer))).toEqual(new Set(['domestic']));
  });

  it('is paid with UnionPay by a quarter of all, where half of the readers take PINs', () => {
    const random = new SeededRandom(9);
    const plans = Array.from({ length: 2_000 }, (_, nr) =>
      planPurchase(random, { ...AT_PIN_PAD, takesPins: nr % 2 === 0 }),
    );
    const share = plans.filter(({ customer }) => customer === 'unionpay').length / plans.length;
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.28);
  });

  it('is left alone only early in a run, so that its end is waited for while others pay', () => {
    const random = new SeededRandom(10);
    const silent = (isEarly: boolean) =>
      Array.from({ length: 50 }, () => planPurchase(random, { takesPins: true, isEarly })).filter(
        ({ isSilent }) => isSilent,
      );
    expect(silent(true).length).toBeGreaterThan(0);
    expect(silent(false)).toEqual([]);
  });

  it('wants the same for the same seed', () => {
    const wish = (seed: number) => {
      const { kind, customer, amountMinor, moves, isImpatient } = planPurchase(new SeededRandom(seed), AT_PIN_PAD);
      return { kind, customer, amountMinor, isImpatient, moves: moves.map(({ what, share }) => [what, share]) };
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

describe('a disturber', () => {
  const victims = ['api', 'worker', 'vault', 'switch', 'postgres', 'queue'];

  /** Writes down what it was told, and ends the storm after so many blows. */
  function storm(seed: number, endAfter: number) {
    const told: string[] = [];
    const count = (what: string) => {
      told.push(what);
      if (told.filter((one) => one !== 'recovered').length >= endAfter) disturber.stop();
    };
    const target = { strike: (name: string) => count(name), recovered: async () => count('recovered') };
    const disturber: Disturber = new Disturber(target, new SeededRandom(seed), victims, WITHOUT_PAUSE);
    return { disturber, told };
  }

  it('lets no process of a short run get away', async () => {
    const { disturber, told } = storm(4, victims.length);
    await disturber.run();
    expect(new Set(told)).toEqual(new Set([...victims, 'recovered']));
  });

  it('counts its blows by victim', async () => {
    const { disturber, told } = storm(1, 40);
    await disturber.run();
    const blows = told.filter((what) => what !== 'recovered');
    expect(disturber.blowCount).toBe(blows.length);
    for (const name of victims) expect(disturber.blows[name]).toBe(blows.filter((hit) => hit === name).length);
  });

  it('mostly lets the house recover, and sometimes strikes into the recovery or twice at once', async () => {
    const { disturber, told } = storm(9, 200);
    await disturber.run();
    const followed = told.filter((what, at) => what !== 'recovered' && told[at + 1] === 'recovered').length;
    const blows = disturber.blowCount;
    expect(followed / blows).toBeGreaterThan(0.5);
    expect(followed / blows).toBeLessThan(0.9);
  });

  it('strikes the same for the same seed', async () => {
    const [one, other] = [storm(5, 50), storm(5, 50)];
    await Promise.all([one.disturber.run(), other.disturber.run()]);
    expect(one.told).toEqual(other.told);
  });

  it('ends the run when the house does not come back', async () => {
    const target = { strike: () => undefined, recovered: () => Promise.reject(new Error('api does not become ready')) };
    const disturber = new Disturber(target, new SeededRandom(1), victims, WITHOUT_PAUSE);
    await expect(disturber.run()).rejects.toThrow('api does not become ready');
  });

  it('lets customers wait for their part of the storm, and lets them all go when it is over', async () => {
    const { disturber } = storm(2, 10);
    const early = disturber.untilBlows(5);
    const never = disturber.untilBlows(1_000);
    await disturber.run();
    await Promise.all([early, never]);
    expect(disturber.blowCount).toBeGreaterThanOrEqual(10);
  });
});
