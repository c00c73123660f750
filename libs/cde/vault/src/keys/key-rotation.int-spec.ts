import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, type BenchClock } from '../vault-test-bench.js';
import { CARDS, VaultHouse } from '../vault-test-house.js';

let house: VaultHouse;
let clock: BenchClock;
let nodes: VaultHouse['nodes'];
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  ({ clock, nodes, admin } = house);
}, 60_000);
afterAll(() => house.close());

/**
 * Cards and refunds without a pause until `stop`; every failure is counted. `isWarm` once every till has had a card at both vaults: what is on its
 * way to the HSM for the first data key has ten seconds of grace in life, and none under a clock that jumps.
 */
function load(tills: readonly Till[]): {
  isWarm: Promise<unknown>;
  stop(): Promise<{ done: number; failed: unknown[] }>;
} {
  const [failed, tokens] = [[] as unknown[], [] as { tenantId: string; tokenId: string }[]];
  let [done, isOn] = [0, true];
  const run = async (till: Till, at: number, warm: () => void): Promise<void> => {
    for (let counter = 1; isOn; counter += 1) {
      if (counter > nodes.length) warm();
      const node = nodes[(counter + at) % 2]!;
      try {
        const { tokenId } = await node.open(till.request(counter, CARDS[counter % 3]!));
        const whose = { tenantId: till.tenantId, tokenId };
        tokens.push(whose);
        await node.seal({ ...whose, purpose: 'refund', requestId: 'r' });
        done += 1;
      } catch (error) {
        failed.push(error);
      }
    }
  };
  const runs = tills.map((till, at) => {
    let warm: () => void = () => undefined;
    const isWarm = new Promise<void>((resolve) => (warm = resolve));
    return { isWarm, over: run(till, at, () => warm()) };
  });
  const all = Promise.all(runs.map(({ over }) => over));
  return {
    isWarm: Promise.all(runs.map(({ isWarm }) => isWarm)),
    stop: async () => {
      isOn = false;
      await all;
      return { done, failed };
    },
  };
}

/** Rounds of both vaults until every data key is where it should be: a round ends early when the machine is slow. @returns how many moved */
async function rewrapAll(isOver: () => Promise<boolean>): Promise<number> {
  let moved = 0;
  while (!(await isOver())) {
    const counts = await Promise.all(nodes.map((node) => node.doors.rotation.round()));
    moved += counts[0]! + counts[1]!;
  }
  return moved;
}

describe('the wrapping key of the house', { timeout: 60_000 }, () => {
  const housesOf = async (): Promise<string[]> =>
    (await admin.query<{ id: string }>('select distinct kek_id as id from vault.tenant_data_key')).rows.map(
      ({ id }) => id,
    );

  it('[C12] changes under load without one failed card: new data keys at once, old ones in the background', async () => {
    const tills = await Promise.all([0, 1, 2].map(() => Till.enrol(nodes[0], 'AES-DUKPT')));
    const work = load(tills);
    await work.isWarm;
    const next = await house.rotate('pan-kek');
    expect(next).toBe('pan-kek-v2');
    await nodes[1].keys.ring.refresh(); // its timer does it within two seconds
    await nodes[0].keys.ring.refresh();
    const late = await Till.enrol(nodes[1], 'AES-DUKPT');
    await nodes[1].open(late.request(1, CARDS[0]!)); // a new tenant: its data key is made now
    clock.advance(11_000);
    await nodes[0].keys.schedule.round(); // the old key encrypts no more, in the HSM itself
    expect(await rewrapAll(async () => (await housesOf()).every((id) => id === next))).toBeGreaterThan(0);
    for (const node of nodes) node.doors.dataKeys.wipe(0); // nothing is remembered: every data key is unwrapped anew
    const { done, failed } = await work.stop();
    expect(failed).toEqual([]);
    expect(done).toBeGreaterThan(3);
    expect(await housesOf()).toEqual([next]);
  });

  it('retires the old one only when nothing lives under it any more, and all cards still open', async () => {
    const { book } = nodes[0].keys;
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { tokenId } = await nodes[0].open(till.request(1, CARDS[1]!));
    const third = await house.rotate('pan-kek-v2');
    await expect(house.approved('retire', 'pan-kek-v2')).rejects.toMatchObject({ code: 'parameter_invalid' });
    await house.refresh();
    await rewrapAll(async () => (await housesOf()).every((id) => id === third));
    for (const keyId of ['pan-kek', 'pan-kek-v2']) await house.approved('retire', keyId);
    for (const node of nodes) node.doors.dataKeys.wipe(0);
    clock.advance(6_000);
    await nodes[1].seal({ tenantId: till.tenantId, tokenId, purpose: 'refund', requestId: 'r' });
    expect((await book.get(third))?.state).toBe('active');
    expect((await book.get('pan-kek'))?.state).toBe('retired');
  });
});

describe('the key of a tenant', { timeout: 60_000 }, () => {
  const underOf = async (tenantId: string): Promise<(string | null)[]> =>
    (
      await admin.query<{ id: string | null }>(
        'select distinct tenant_kek_id as id from vault.tenant_data_key where tenant_id = $1',
        [tenantId],
      )
    ).rows.map(({ id }) => id);

  it('[C12] changes under load without one failed card, and touches no other tenant', async () => {
    const tills = await Promise.all([0, 1, 2].map(() => Till.enrol(nodes[0], 'AES-DUKPT')));
    const [{ tenantId }, other] = tills as [Till, Till];
    const work = load(tills);
    await work.isWarm;
    const own = await Till.enrol(nodes[0], 'AES-DUKPT', tenantId);
    await nodes[0].open(own.request(1, CARDS[0])); // the first card makes the key
    const first = `tenant-kek-${tenantId}`;
    const second = await house.rotate(first);
    expect(second).toBe(`${first}-v2`);
    clock.advance(11_000); // the old one wraps nothing any more
    await nodes[0].keys.schedule.round();
    expect(await underOf(tenantId)).toEqual([first]);
    await expect(house.approved('retire', first)).rejects.toMatchObject({ code: 'parameter_invalid' });
    expect(await rewrapAll(async () => (await underOf(tenantId))[0] === second)).toBe(1);
    for (const node of nodes) node.doors.dataKeys.wipe(0);
    const { done, failed } = await work.stop();
    expect([failed, await underOf(tenantId)]).toEqual([[], [second]]);
    expect(done).toBeGreaterThan(3);
    expect(await underOf(other.tenantId)).toEqual([`tenant-kek-${other.tenantId}`]);
  });

  it('[CC-14] retires when its last data key has moved, and cards still open without it', async () => {
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { tokenId } = await nodes[0].open(till.request(1, CARDS[1]));
    const first = `tenant-kek-${till.tenantId}`;
    const second = await house.rotate(first);
    await rewrapAll(async () => (await underOf(till.tenantId))[0] === second);
    await expect(house.approved('retire', first)).rejects.toMatchObject({ code: 'parameter_invalid' }); // a minute for rows in flight
    clock.advance(61_000);
    await house.approved('retire', first);
    await house.approved('destroy', first);
    for (const node of nodes) node.doors.dataKeys.wipe(0);
    clock.advance(6_000);
    await nodes[1].seal({ tenantId: till.tenantId, tokenId, purpose: 'refund', requestId: 'r' });
    await expect(house.rotate(first)).rejects.toMatchObject({ code: 'parameter_invalid' });
    expect((await nodes[0].keys.book.get(second))?.state).toBe('active');
  });
});
