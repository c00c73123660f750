import { IsoMessage } from '@tsunagu/iso8583';
import { Secret } from '@tsunagu/kernel';
import type { Connector, FileOperation } from '@tsunagu/links';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SwitchingService } from '../switching.service.js';
import { plainConnector } from '../testing/plain-connector.js';
import { aSale, SwitchBench, type BenchLife } from '../../../../../test/kit/switch-bench.js';
import { CardFingerprints, NegativeList } from './negative-list.js';

/** The card of every envelope of the bench. */
const CARD = '3566000020000410';
const OTHER = '3566000020000428';
const TENANT = aSale().tenantId;
const STRANGER = '0199aaaa-0000-7000-8000-00000000beef';

class SpecFingerprints extends CardFingerprints {
  override of(pan: string): Promise<Buffer> {
    return Promise.resolve(createHmac('sha256', 'spec').update(pan).digest());
  }
}

/** Field 24 holds the operation's own name: how a counterpart says it is the connector's business. */
const connector: Connector = {
  ...plainConnector,
  fileActions: {
    read(message) {
      if (message.mti !== '1304') return undefined;
      const operation = message.text(24) as FileOperation;
      const isFrame = operation === 'begin' || operation === 'end';
      const card = {
        pan: new Secret(message.text(72) ?? ''),
        reason: 'S' as const,
        expiry: null,
        effectiveOn: '2026-01-01',
        purgeOn: null,
      };
      return {
        file: message.text(101) ?? '',
        number: Number(message.text(71)),
        operation,
        card: isFrame ? null : card,
      };
    },
    answer: (_request, actionCode) => new IsoMessage('1314', { 39: actionCode }),
  },
};

describe('the negative list', () => {
  let bench: SwitchBench;
  let life: BenchLife;
  let list: NegativeList;
  let number = 0;
  beforeAll(async () => {
    bench = await SwitchBench.open();
    life = await bench.born('negative', connector);
    list = new NegativeList(bench.centre, new SpecFingerprints(), bench.clock, life.log);
  }, 60_000);
  afterAll(() => bench.close(), 60_000);
  beforeEach(async () => {
    await bench.admin.query('truncate switch.negative_card, switch.negative_stream');
    number = 0;
  });

  const say = async (operation: FileOperation, pan = CARD, at = (number += 1), file = 'NEGATIVE') =>
    (await list.hear(life.desk, new IsoMessage('1304', { 24: operation, 71: String(at), 72: pan, 101: file })))?.text(
      39,
    );
  const sell = (operation: 'sale' | 'refund' = 'sale') => {
    const service = new SwitchingService({ ...life.ports, cardRisk: list });
    return service.submit(aSale({ operation }));
  };

  it('declines a listed card before the wire, from the moment the change is answered, without a word why', async () => {
    const before = life.line.sent.length;
    expect((await sell()).state).toBe('approved');
    expect(await say('add')).toBe('300');
    expect(await sell()).toMatchObject({ state: 'declined', actionCode: '209', network: null });
    expect(life.line.sent.length).toBe(before + 1);
    expect((await sell('refund')).state).toBe('approved'); // money back to a blocked card is no harm
    expect(await say('delete')).toBe('300');
    expect((await sell()).state).toBe('approved');
  });

  it('says what became of an action: added, replaced, changed, not found, asked', async () => {
    expect(await say('change')).toBe('302');
    expect(await say('inquire')).toBe('302');
    number -= 1; // an inquiry changes nothing and takes no number
    expect(await say('add')).toBe('300');
    expect(await say('add')).toBe('303');
    expect(await say('change')).toBe('300');
    expect(await say('inquire')).toBe('300');
    number -= 1;
    expect(await say('delete', OTHER)).toBe('302');
    expect(await say('add', CARD, 6, 'PRICES')).toBe('309');
  });

  it('refuses what comes out of sequence, shows the file as stale until the gap is closed, and applies a repeat once', async () => {
    expect(await say('add', CARD, 1)).toBe('300');
    expect(await say('add', OTHER, 3)).toBe('922');
    expect(life.log.alarms).toContain('negative list has a gap');
    expect(await list.streams()).toMatchObject([{ link: 'negative', lastNumber: 1, isStale: true, cards: 1 }]);
    expect(await list.refusal({ pan: CARD, expiry: null }, TENANT)).toBe('negative_list_209'); // stale, and still in force
    expect(await say('delete', CARD, 2)).toBe('300');
    expect(await say('add', OTHER, 3)).toBe('300');
    expect(await say('add', OTHER, 3)).toBe('300');
    expect(await list.streams()).toMatchObject([{ lastNumber: 3, isStale: false, cards: 1 }]);
  });

  it('replaces the whole file at one instant, and misses no card in between', async () => {
    await say('add', CARD);
    expect(await say('begin', CARD, 100)).toBe('300');
    expect(await say('add', OTHER, 101)).toBe('300');
    expect(await list.refusal({ pan: CARD, expiry: null }, TENANT)).toBeDefined();
    expect(await list.refusal({ pan: OTHER, expiry: null }, TENANT)).toBeDefined();
    expect(await say('end', CARD, 102)).toBe('300');
    expect(await list.refusal({ pan: CARD, expiry: null }, TENANT)).toBeUndefined();
    expect(await list.refusal({ pan: OTHER, expiry: null }, TENANT)).toBeDefined();
  });

  it('stops a card that a merchant has listed for that merchant alone, whoever else uses the same names', async () => {
    const owner = { tenantId: TENANT, link: 'negative' };
    const card = {
      pan: new Secret(CARD),
      reason: 'L' as const,
      expiry: null,
      effectiveOn: '2026-01-01',
      purgeOn: null,
    };
    const action = { file: 'NEGATIVE', number: 1, operation: 'add' as const, card };
    expect(await list.apply(owner, action)).toBe('300');
    expect(await sell()).toMatchObject({ state: 'declined', actionCode: '208', network: null });
    expect(await list.refusal({ pan: CARD, expiry: null }, STRANGER)).toBeUndefined();
    expect(await say('delete')).toBe('302'); // the list of a card company of the same name is another one
    expect(await list.streams()).toMatchObject([
      { tenantId: null, link: 'negative', cards: 0 },
      { tenantId: TENANT, link: 'negative', cards: 1 },
    ]);
    expect(await list.apply({ ...owner, tenantId: STRANGER }, { ...action, operation: 'inquire' })).toBe('302');
    expect(await list.apply(owner, { ...action, number: 2, operation: 'delete' })).toBe('300');
    expect((await sell()).state).toBe('approved');
  });

  it('keeps fingerprints only: no card number is in the database', async () => {
    await say('add', CARD);
    const rows = JSON.stringify(await bench.rows('select * from switch.negative_card'));
    expect(rows).toContain('356600-0410');
    expect(rows).not.toContain(CARD);
    expect(rows).not.toContain(Buffer.from(CARD).toString('hex'));
  });

  it('costs a payment nothing while no card is listed', async () => {
    await sell();
    const before = bench.pool.counts.statements;
    await sell();
    expect(bench.pool.counts.statements - before).toBe(2);
  });
});
