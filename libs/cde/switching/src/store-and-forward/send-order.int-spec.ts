import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmitRequest } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import { DatabaseUnavailableError } from '@tsunagu/platform';
import { SwitchBench, aSale, type BenchLife } from '../../../../../test/kit/switch-bench.js';
import { SafWorker } from './saf-worker.js';

class HsmAwayError extends AppError {
  readonly code = 'hsm_unavailable';
  readonly category = 'internal';
  constructor() {
    super('the HSM is away');
  }
}

describe('a conversion whose quote is over', () => {
  let bench: SwitchBench;
  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close(), 60_000);

  it('never leaves, and is proved unsent; one that still holds leaves, and so does a refund, which has no end', async () => {
    const life = await bench.born('quotes');
    life.line.script = () => '000';
    const quote = {
      currency: 'USD',
      amountMinor: 1_007,
      rate: '0.0067123',
      markupBps: 375,
      quoteId: 'q',
      quotedAt: '2026-11-23T00:00:00Z',
    } as const;
    const ask = (expiresAt?: string) => life.service.submit(aSale({ conversion: { ...quote, expiresAt } }));
    expect(await ask('2026-11-23T00:01:00.000Z')).toMatchObject({ state: 'not_sent', reason: 'offer_expired' });
    expect(life.line.of('1200')).toHaveLength(0);
    expect(await ask('2999-01-01T00:00:00.000Z')).toMatchObject({ state: 'approved' });
    expect(await ask()).toMatchObject({ state: 'approved' });
  });
});

describe('first copies of one terminal', () => {
  let bench: SwitchBench;
  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close(), 60_000);

  /** A worker whose HSM fails the tries that the spec says, counted over all entries; time is what the spec sets. */
  function workerOf(life: BenchLife, fails: (attempt: number) => Error | undefined): SafWorker {
    let attempt = 0;
    const open: typeof life.ports.envelopes.open = (...facts) => {
      const error = fails((attempt += 1));
      return error === undefined ? life.ports.envelopes.open(...facts) : Promise.reject(error);
    };
    return new SafWorker(life.desk, { ...life.ports, envelopes: { open } }, life.service.memory);
  }

  /** Two sales of one terminal whose answers never come: two reversals are owed, the first one older. */
  async function owing(link: string): Promise<{ life: BenchLife; sales: SubmitRequest[] }> {
    const life = await bench.born(link, undefined, { replyTimeoutMs: 60, reversalScheduleMs: [600_000, 6_000_000] });
    life.line.script = (message) => (message.mti === '1200' ? null : '400');
    const sales = [aSale(), aSale({ amountMinor: 1_600 })];
    await Promise.all([life.service.submit(sales[0]!), life.service.submit(sales[1]!)]);
    await bench.admin.query(
      `update switch.saf set next_at = now() - interval '1 minute' where link = $1 and state = 'pending'`,
      [link],
    );
    return { life, sales };
  }

  const entries = (link: string) =>
    bench.rows<{ state: string; sends: number; isSent: boolean; tries: number }>(
      `select state, sends, tries, first_sent_at is not null as "isSent" from switch.saf where link = $1 order by place`,
      [link],
    );
  const amounts = (life: BenchLife) => life.line.of('1420', '1421').map((message) => [message.mti, message.text(4)]);
  const placed = async (life: BenchLife, link: string) => {
    const rows = await bench.rows<{ amount: string }>(
      `select lpad(amount_minor::text, 12, '0') as amount from switch.saf where link = $1 order by place`,
      [link],
    );
    return rows.map(({ amount }) => ['1420', amount]);
  };

  it('wait for the elder one while the HSM is away, and go out in order when it is back [A10]', async () => {
    const { life } = await owing('hsm-away');
    const worker = workerOf(life, (attempt) => (attempt <= 2 ? new HsmAwayError() : undefined));
    expect(await worker.pass()).toBe(2);
    expect(amounts(life)).toEqual([]);
    expect((await entries('hsm-away')).map(({ sends, isSent }) => [sends, isSent])).toEqual([
      [0, false],
      [0, false],
    ]);
    // the younger one is due long before the elder one: it is left out all the same
    await bench.admin.query(
      `update switch.saf set next_at = now() - interval '1 minute' where link = 'hsm-away' and place =
         (select max(place) from switch.saf where link = 'hsm-away')`,
    );
    expect(await worker.pass()).toBe(0);
    bench.clock.aheadMs += 601_000;
    expect(await worker.pass()).toBe(1);
    expect(amounts(life)).toEqual([]); // the second failure
    bench.clock.aheadMs += 601_000; // what never left waits the first time of the schedule again
    expect([await worker.pass(), await worker.pass(), await worker.pass()]).toEqual([1, 1, 0]);
    expect(amounts(life)).toEqual(await placed(life, 'hsm-away')); // first copies, none called a repeat
    await worker.stop();
    expect((await entries('hsm-away')).map(({ state, tries }) => [state, tries])).toEqual([
      ['done', 1],
      ['done', 1],
    ]);
  });

  it('wait for the elder one that the line did not take', async () => {
    const { life } = await owing('line-away');
    const send = life.line.send.bind(life.line);
    let isFirst = true;
    life.line.send = (...facts) => {
      if (!isFirst) return send(...facts);
      isFirst = false;
      return Promise.resolve({ kind: 'not_sent', reason: 'link_down' });
    };
    const worker = workerOf(life, () => undefined);
    await worker.pass();
    expect(amounts(life)).toEqual([]);
    bench.clock.aheadMs += 601_000;
    await worker.pass();
    expect(amounts(life)).toEqual(await placed(life, 'line-away'));
    await worker.stop();
  });

  it('wait for the elder one while the database is away', async () => {
    const { life } = await owing('database-away');
    let isAway = true;
    const journal = life.ports.journal;
    const prepareSend = journal.prepareSend.bind(journal);
    journal.prepareSend = (...facts) => {
      const isRefused = isAway;
      isAway = false;
      return isRefused ? Promise.reject(new DatabaseUnavailableError()) : prepareSend(...facts);
    };
    const worker = workerOf(life, () => undefined);
    expect(await worker.pass()).toBe(2);
    expect(amounts(life)).toEqual([]);
    bench.clock.aheadMs += 601_000;
    expect(await worker.pass()).toBe(2);
    expect(amounts(life)).toEqual(await placed(life, 'database-away'));
    await worker.stop();
  });

  it('do not wait for one that went to the error list', async () => {
    const { life } = await owing('poison');
    const worker = workerOf(life, (attempt) => (attempt === 1 ? new Error('no such key') : undefined));
    await worker.pass();
    expect(amounts(life)).toEqual((await placed(life, 'poison')).slice(1));
    await worker.stop();
    expect((await entries('poison')).map(({ state }) => state)).toEqual(['error', 'done']);
  });

  it('hold the new payments of their terminal until they have left, after a restart too', async () => {
    const { life, sales } = await owing('held');
    const worker = workerOf(life, (attempt) => (attempt === 1 ? new HsmAwayError() : undefined));
    await worker.pass();
    const { order } = life.service.memory;
    const { terminal } = (
      await bench.rows<{ terminal: string }>(`select terminal from switch.saf where link = 'held'`)
    )[0]!;
    expect(await order.clear('held', terminal, 0)).toBe(false);
    expect(await order.clear('held', `${terminal}9`, 0)).toBe(true);
    const lease = { link: 'held', fence: life.desk.lease.fence! };
    const unsent = await life.ports.journal.recover(lease, { at: bench.clock.now(), staleBefore: new Date(0) });
    expect(unsent.map(({ attemptId }) => attemptId).sort()).toEqual(sales.map(({ attemptId }) => attemptId).sort());
    bench.clock.aheadMs += 601_000;
    await worker.pass();
    expect(await order.clear('held', terminal, 0)).toBe(true);
    await worker.stop();
  });
});
