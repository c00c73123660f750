import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Till, type BenchClock } from '../vault-test-bench.js';
import { CARDS, VaultHouse } from '../vault-test-house.js';

let house: VaultHouse;
let clock: BenchClock;
let nodes: VaultHouse['nodes'];
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open();
  ({ clock, nodes, admin } = house);
}, 60_000);
afterAll(() => house.close());

/** Cards and refunds without a pause until `stop`; every failure is counted. */
function load(tills: readonly Till[]): { stop(): Promise<{ done: number; failed: unknown[] }> } {
  const [failed, tokens] = [[] as unknown[], [] as { tenantId: string; tokenId: string }[]];
  let [done, isOn] = [0, true];
  const run = async (till: Till, at: number): Promise<void> => {
    for (let counter = 1; isOn; counter += 1) {
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
  const all = Promise.all(tills.map(run));
  return {
    stop: async () => {
      isOn = false;
      await all;
      return { done, failed };
    },
  };
}

describe('the wrapping key of the house', { timeout: 60_000 }, () => {
  it('[C12] changes under load without one failed card: new data keys at once, old ones in the background', async () => {
    const tills = await Promise.all([0, 1, 2].map(() => Till.enrol(nodes[0], 'AES-DUKPT')));
    const work = load(tills);
    const next = await house.rotate('pan-kek');
    expect(next).toBe('pan-kek-v2');
    await nodes[1].keys.ring.refresh(); // its timer does it within two seconds
    await nodes[0].keys.ring.refresh();
    const late = await Till.enrol(nodes[1], 'AES-DUKPT');
    await nodes[1].open(late.request(1, CARDS[0]!)); // a new tenant: its data key is made now
    clock.advance(11_000);
    await nodes[0].keys.schedule.round(); // the old key encrypts no more, in the HSM itself
    const counts = await Promise.all(nodes.map((node) => node.doors.rotation.round()));
    expect(counts[0]! + counts[1]!).toBeGreaterThan(0);
    for (const node of nodes) node.doors.dataKeys.wipe(0); // nothing is remembered: every data key is unwrapped anew
    const { done, failed } = await work.stop();
    expect(failed).toEqual([]);
    expect(done).toBeGreaterThan(3);
    const { rows } = await admin.query<{ kek_id: string }>('select distinct kek_id from vault.tenant_data_key');
    expect(rows).toEqual([{ kek_id: next }]);
  });

  it('retires the old one only when nothing lives under it any more, and all cards still open', async () => {
    const { book } = nodes[0].keys;
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { tokenId } = await nodes[0].open(till.request(1, CARDS[1]!));
    const third = await house.rotate('pan-kek-v2');
    await expect(house.approved('retire', 'pan-kek-v2')).rejects.toMatchObject({ code: 'parameter_invalid' });
    await house.refresh();
    await nodes[1].doors.rotation.round();
    for (const keyId of ['pan-kek', 'pan-kek-v2']) await house.approved('retire', keyId);
    for (const node of nodes) node.doors.dataKeys.wipe(0);
    clock.advance(6_000);
    await nodes[1].seal({ tenantId: till.tenantId, tokenId, purpose: 'refund', requestId: 'r' });
    expect((await book.get(third))?.state).toBe('active');
    expect((await book.get('pan-kek'))?.state).toBe('retired');
  });
});
