import { EnvelopeOpener, SoftwareHsm, type KeyRef } from '@tsunagu/hsm';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { CENTRE_TENANT } from '../audit/audit-row.js';
import { KEY_PURPOSES } from '../inventory/key-purposes.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { Till, type BenchClock, type VaultNode } from '../vault-test-bench.js';
import { CARDS, VaultHouse } from '../vault-test-house.js';
import { INDEX_LEAD_MS } from './fingerprints.js';

const DAY_MS = 86_400_000;
let house: VaultHouse;
let clock: BenchClock;
let nodes: VaultHouse['nodes'];
let link: SoftwareHsm;
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  ({ clock, nodes, admin } = house);
  const { directory } = house.folder;
  link = await SoftwareHsm.open({ directory, partition: 'switch', mode: 'sandbox', warn: () => {}, clock });
}, 60_000);
afterAll(async () => {
  link.close();
  await house.close();
});

const rotate = (keyId: string) => house.rotate(keyId);
const retire = (keyId: string) => house.approved('retire', keyId);

/** Cards of many tenants on both vaults at once, each card on both; every token that a card got, and every failure. */
class Crowd {
  readonly tokens = new Map<string, Set<string>>();
  readonly failed: unknown[] = [];
  #counter = 0;

  private constructor(private readonly tills: readonly Till[]) {}

  static async of(tenants: number): Promise<Crowd> {
    const tills: Till[] = [];
    for (let i = 0; i < tenants; i += 1) {
      const tenantId = randomUUID();
      tills.push(await Till.enrol(nodes[0], 'AES-DUKPT', tenantId), await Till.enrol(nodes[1], 'AES-DUKPT', tenantId));
    }
    return new Crowd(tills);
  }

  /** @param cards each is shown on two vaults in the same moment */
  async wave(cards: readonly string[]): Promise<void> {
    const base = (this.#counter += 100);
    await Promise.all(
      this.tills.flatMap((till, at) => cards.map((pan, i) => this.#pay(till, nodes[at % 2]!, base + i, pan))),
    );
  }

  async #pay(till: Till, node: VaultNode, counter: number, pan: string): Promise<void> {
    try {
      const { tokenId } = await node.open(till.request(counter, pan));
      const key = `${till.tenantId}|${pan}`;
      this.tokens.set(key, (this.tokens.get(key) ?? new Set()).add(tokenId));
    } catch (error) {
      this.failed.push(error);
    }
  }

  get doubles(): string[] {
    return [...this.tokens].filter(([, tokens]) => tokens.size !== 1).map(([key]) => key);
  }
}

/** A card that no wave before has shown. */
function freshCard(serial: number): string {
  const body = `411111${String(serial).padStart(9, '0')}`;
  const sum = [...body].reduce((all, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

describe('the key of the fingerprints', { timeout: 120_000 }, () => {
  let serial = 0;
  const newCards = () => [freshCard((serial += 1)), freshCard((serial += 1))];

  it('[C12] changes while two vaults see the same cards: one token each, no failure, repeats stay repeats', async () => {
    const crowd = await Crowd.of(3);
    await crowd.wave([...CARDS, ...newCards()]);
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const purchase = till.request(1, CARDS[0]!);
    const first = await nodes[0].open(purchase);

    expect(await rotate('pan-index')).toBe('pan-index-v2');
    await nodes[0].keys.ring.refresh(); // the other vault does not know yet
    await crowd.wave([...CARDS, ...newCards()]);
    await house.refresh();
    await crowd.wave([...CARDS, ...newCards()]);
    clock.advance(11_000); // the old key is closed in the HSM
    await nodes[0].keys.schedule.round();
    await crowd.wave([...CARDS, ...newCards()]);
    clock.advance(INDEX_LEAD_MS); // the new one writes, the old cards are still under the old one
    await crowd.wave([...CARDS, ...newCards()]);
    const { rows } = await admin.query<{ v: number }>('select distinct index_version as v from vault.card order by 1');
    expect(rows.map(({ v }) => v)).toEqual([1, 2]);
    expect((await nodes[1].open(purchase)).tokenId).toBe(first.tokenId); // the claim lies under the old key

    await expect(retire('pan-index')).rejects.toMatchObject({ code: 'parameter_invalid' });
    clock.advance(INDEX_LEAD_MS);
    const all = Promise.all(nodes.map((node) => node.doors.index.round()));
    await crowd.wave([...CARDS, ...newCards()]);
    const counts = await all;
    expect(counts[0]! + counts[1]!).toBeGreaterThan(0);
    await nodes[0].doors.index.round();
    const left = await admin.query('select from vault.card where index_version = 1');
    expect(left.rowCount).toBe(0);
    await crowd.wave([...CARDS, ...newCards()]);
    expect(crowd.failed).toEqual([]);
    expect(crowd.doubles).toEqual([]);
    const doubled = await admin.query(
      'select tenant_id, bin6, last4 from vault.card group by 1, 2, 3 having count(*) > 1',
    );
    expect(doubled.rowCount).toBe(0);
  });

  it('[CC-25] wrote an audit row for each card number that was opened for it', async () => {
    const { rows } = await admin.query<{ opened: string; cards: string }>(
      `select (select count(distinct token_id) from vault.audit where operation = 'key_rotation' and result = 'reindexed') as opened,
         (select count(*) from vault.card) as cards`,
    );
    expect(Number(rows[0]!.opened)).toBeGreaterThan(0);
    expect(Number(rows[0]!.opened)).toBeLessThanOrEqual(Number(rows[0]!.cards));
  });

  it('lets the old one retire a day later, one change at a time, and every card is still found', async () => {
    await expect(retire('pan-index')).rejects.toMatchObject({ code: 'parameter_invalid' }); // a till may repeat a purchase
    clock.advance(DAY_MS);
    await retire('pan-index');
    clock.advance(6_000);
    await house.refresh();
    const crowd = await Crowd.of(1);
    await crowd.wave(CARDS);
    expect(await rotate('pan-index-v2')).toBe('pan-index-v3');
    await expect(rotate('pan-index-v3')).rejects.toMatchObject({ code: 'parameter_invalid' }); // v2 still has cards
    await house.refresh();
    clock.advance(2 * INDEX_LEAD_MS);
    await nodes[1].doors.index.round();
    await crowd.wave(CARDS);
    expect([crowd.failed, crowd.doubles]).toEqual([[], []]);
  });
});

describe('the zone key of PINs', { timeout: 60_000 }, () => {
  it('[C12][CC-19] changes while PINs are under way: each is translated from the key that its envelope names', async () => {
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { key: linkKey } = await link.generateKey({ id: 'zpk-test', usage: 'P0', type: 'AES128', scope: 'link-pin' });
    const pan = Buffer.from(CARDS[0]!);
    const sent = async (node: VaultNode, counter: number) => {
      const pinBlock = till.pin(counter, '1234', CARDS[0]!);
      const { envelope } = await node.open(till.request(counter, CARDS[0]!, { card: { pinBlock } }));
      return new EnvelopeOpener(link).openSad(till.tenantId, envelope.sad!);
    };
    const translated = (block: Buffer, from: KeyRef) =>
      link.translatePin({ in: { key: from, format: 4, block }, out: { key: linkKey, format: 4 }, pan });
    const ref = (id: string) => ({ provider: 'software', id });

    const before = await sent(nodes[0], 1);
    const next = await rotate('zpk-zone');
    const late = await sent(nodes[1], 2); // this vault does not know yet
    await house.refresh();
    const after = await sent(nodes[0], 3);
    clock.advance(11_000);
    await nodes[0].keys.schedule.round(); // the old one encrypts no more
    const last = await sent(nodes[1], 4);
    expect([before, late, after, last].map(({ pinKey }) => pinKey)).toEqual(['zpk-zone', 'zpk-zone', next, next]);
    for (const { pinBlock, pinKey } of [before, late, after, last]) await translated(pinBlock!.reveal(), ref(pinKey!));
    await expect(translated(after.pinBlock!.reveal(), ref('zpk-zone'))).rejects.toMatchObject({ reason: 'format' });

    await expect(retire('zpk-zone')).rejects.toMatchObject({ code: 'parameter_invalid' }); // a PIN may still be under way
    clock.advance(25 * 60_000);
    await retire('zpk-zone');
    clock.advance(6_000);
    await sent(nodes[0], 5);
  });
});

describe('the audit key', { timeout: 60_000 }, () => {
  it('[C12][CC-25] changes, the chain goes on, and every row and slice is proved by the key that sealed it', async () => {
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    await nodes[0].open(till.request(1, CARDS[0]!));
    await nodes[0].doors.chainer.chainAll();
    expect(await rotate('audit-seal-1')).toBe('audit-seal-2');
    await nodes[0].keys.ring.refresh();
    await nodes[0].open(till.request(2, CARDS[0]!));
    await nodes[1].open(till.request(3, CARDS[0]!)); // sealed with the old one: this vault does not know yet
    await nodes[1].doors.chainer.chainAll(); // meets rows of a key that it has not seen
    for (const tenantId of [till.tenantId, CENTRE_TENANT]) {
      for (const node of nodes) expect((await node.doors.verifier.verify(tenantId)).fault).toBeNull();
    }
    await house.refresh();
    await nodes[1].open(till.request(4, CARDS[0]!));
    await nodes[1].doors.chainer.chainAll();
    const { rows } = await admin.query<{ versions: number[] }>(
      'select array_agg(distinct seal_version order by seal_version) as versions from vault.audit where tenant_id = $1',
      [till.tenantId],
    );
    expect(rows[0]!.versions).toEqual([1, 2]);
    expect(await nodes[0].doors.verifier.verify(till.tenantId)).toMatchObject({ fault: null, unchained: 0 });
    clock.advance(400 * DAY_MS);
    await expect(retire('audit-seal-1')).rejects.toMatchObject({ code: 'parameter_invalid' }); // it proves for ever
  });

  it('names a row that claims a key of another version, and one that does not exist', async () => {
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    await nodes[0].open(till.request(1, CARDS[0]!));
    const change = (version: number) =>
      admin.query(`update vault.audit set seal_version = $2 where tenant_id = $1 and operation = 'open'`, [
        till.tenantId,
        version,
      ]);
    for (const version of [1, 77]) {
      await change(version);
      expect((await nodes[0].doors.verifier.verify(till.tenantId)).fault).toMatchObject({ kind: 'forged' });
    }
    await change(2);
    expect((await nodes[0].doors.verifier.verify(till.tenantId)).fault).toBeNull();
  });
});

describe('the end of a cryptoperiod', { timeout: 60_000 }, () => {
  it('[CC-13] every key of the house gets its successor ahead of the end, and the old one turns decrypt-only', async () => {
    const { book, schedule } = nodes[0].keys;
    const till = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { tokenId } = await nodes[0].open(till.request(1, CARDS[0]!));
    const active = async () => (await book.list(false)).filter(({ state }) => state === 'active');
    const isRenewed = ({ purpose, validUntil }: KeyRecord) =>
      KEY_PURPOSES[purpose].renewedDaysBefore !== null && validUntil !== null;
    const before = (await active()).filter(isRenewed);
    const ends = before.map(({ validUntil }) => validUntil!.getTime());
    clock.advance(Math.max(...ends) - clock.now().getTime() - DAY_MS);
    const made = await Promise.all(nodes.map((node) => node.keys.renewal.round())); // two vaults at once
    expect(made[0]! + made[1]!).toBeGreaterThanOrEqual(before.length);
    await house.refresh();
    for (const { id, purpose, tenantId, version } of before) {
      expect((await book.get(id))?.state, id).toBe('decrypt-only');
      const now = (await active()).filter((one) => one.purpose === purpose && one.tenantId === tenantId);
      expect(now.map(({ createdBy }) => createdBy)).toEqual(['system']);
      expect(now[0]!.version).toBeGreaterThan(version);
    }
    clock.advance(2 * DAY_MS);
    await schedule.round();
    const late = (await active()).filter(({ validUntil }) => validUntil !== null && validUntil <= clock.now());
    expect(late).toEqual([]); // no key is active past its end
    const again = await Till.enrol(nodes[1], 'AES-DUKPT', till.tenantId);
    expect((await nodes[1].open(again.request(1, CARDS[0]!))).tokenId).toBe(tokenId);
    expect(await nodes[1].keys.renewal.round()).toBe(0);
  });
});
