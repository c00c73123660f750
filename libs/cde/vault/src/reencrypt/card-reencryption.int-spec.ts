import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, type BenchClock } from '../vault-test-bench.js';
import { CARDS, VaultHouse } from '../vault-test-house.js';

const YEAR_MS = 366 * 86_400_000;
let house: VaultHouse;
let nodes: VaultHouse['nodes'];
let clock: BenchClock;
let admin: pg.Client;
let tills: Till[];
const tokens: { tenantId: string; tokenId: string; pan: string }[] = [];

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  ({ clock, nodes, admin } = house);
  tills = await Promise.all([0, 1].map(() => Till.enrol(nodes[0], 'AES-DUKPT')));
  for (const till of tills) {
    for (const [i, pan] of CARDS.entries()) {
      const { tokenId } = await nodes[0].open(till.request(i + 1, pan));
      tokens.push({ tenantId: till.tenantId, tokenId, pan });
    }
  }
}, 60_000);
afterAll(() => house.close());

const keysInUse = async (): Promise<string[]> =>
  (await admin.query<{ id: string }>('select distinct dek_id as id from vault.card order by 1')).rows.map(
    ({ id }) => id,
  );

describe('cards under an old data key', { timeout: 60_000 }, () => {
  it('stay as they are for a year, and while payments are slow', async () => {
    const before = await keysInUse();
    expect(await nodes[0].tokens.reencryption.round()).toEqual({ cards: 0, keysDropped: 0, isPaused: false });
    clock.advance(YEAR_MS);
    await admin.query(
      `update vault.tenant_data_key set created_at = created_at - interval '366 days', period = '2020-01'`,
    );
    for (let i = 0; i < 20; i += 1) nodes[0].tokens.pulse.beat(500);
    expect(await nodes[0].tokens.reencryption.round()).toEqual({ cards: 0, keysDropped: 0, isPaused: true });
    expect(await keysInUse()).toEqual(before);
  });

  it('[C3] [C12] get a new one in the background, go on after an end in the middle, and the old ones are gone', async () => {
    const before = await keysInUse();
    clock.advance(10_000); // nobody pays: nobody is kept waiting
    const { hsm, tokens: room } = nodes[0];
    const damaged = tokens[0]!;
    await admin.query(
      `update vault.card set pan_cipher = set_byte(pan_cipher, 14, get_byte(pan_cipher, 14) # 1) where token_id = $1`,
      [damaged.tokenId],
    );
    const mac = room.seals.record.bind(room.seals);
    let left = 3;
    room.seals.record = (tx, entry) => {
      if (entry.operation === 'token_reencrypt' && left-- === 0) throw new Error('killed here');
      mac(tx, entry);
    };
    await expect(room.reencryption.round()).rejects.toThrow('killed here');
    room.seals.record = mac;
    const rounds = await Promise.all(nodes.map((node) => node.tokens.reencryption.round()));
    expect(rounds.every(({ isPaused }) => !isPaused)).toBe(true);
    expect((await keysInUse()).filter((id) => before.includes(id))).toHaveLength(1); // the damaged card's
    await admin.query(
      `update vault.card set pan_cipher = set_byte(pan_cipher, 14, get_byte(pan_cipher, 14) # 1) where token_id = $1`,
      [damaged.tokenId],
    );
    await nodes[0].tokens.reencryption.round();
    expect((await keysInUse()).filter((id) => before.includes(id))).toEqual([]);
    const { rows } = await admin.query('select id from vault.tenant_data_key where id = any ($1)', [before]);
    expect(rows).toEqual([]);
    for (const node of nodes) node.doors.dataKeys.wipe(0);
    for (const { tenantId, tokenId, pan } of tokens) {
      const { rows: cards } = await admin.query<{ dek_id: string; version: number; pan_cipher: Buffer }>(
        'select dek_id, version, pan_cipher from vault.card where token_id = $1',
        [tokenId],
      );
      const [card] = cards;
      const { dek_id: dekId, version, pan_cipher: panCipher } = card!;
      const opened = await nodes[1].tokens.panOpener.open(tokenId, { ownerId: tenantId, dekId, version, panCipher });
      expect(opened.toString()).toBe(pan);
    }
    expect(hsm).toBe(nodes[0].hsm);
  });
});
