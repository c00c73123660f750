import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SubmitRequest } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import { verifyTotals } from '../../../../../tools/reconcile/verify-totals.js';
import { answered, type Script } from '../testing/scripted-line.js';
import { answerTo } from '../testing/plain-connector.js';
import { aSale, SwitchBench, type BenchLife } from '../../../../../test/kit/switch-bench.js';

const TODAY = '261123';
const TOMORROW = '261124';

interface TotalRow {
  readonly business_date: string;
  readonly class: string;
  readonly sign: string;
  readonly number: string;
  readonly amount_minor: string;
}

describe('totals of a link', () => {
  let bench: SwitchBench;
  let life: BenchLife;
  let link: string;
  let serial = 0;
  let hostDate = TODAY;

  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close());
  beforeEach(async () => {
    link = `totals-${(serial += 1)}`;
    hostDate = TODAY;
    life = await bench.born(link);
    life.line.script = saying(() => '000');
    bench.clock.aheadMs = Date.parse('2026-11-23T01:00:00Z') - Date.now();
  });
  afterEach(async () => {
    expect(await stored()).toEqual(await rebuilt()); // the journal says the same, whatever happened
    await life.worker.stop();
  });

  /** What the host says, with its business date in field 15. */
  function saying(code: (message: IsoMessage) => string | null): Script {
    return async (message) => {
      const said = message.mti.startsWith('142') ? (code(message) ?? null) : code(message);
      if (said === null) return { kind: 'lost', reason: 'timeout' };
      const answer = message.mti.startsWith('142') && said === '000' ? '400' : said;
      return { kind: 'answered', message: answerTo(message, answer).set(15, hostDate), elapsedMs: 1 };
    };
  }

  const stored = () => totals('from switch.link_total where link = $1 group by 1, 2, 3 having sum(number) <> 0');
  const rebuilt = async () => {
    const dates = await bench.rows<{ d: string }>(
      `select distinct d::text as d from switch.journal, unnest(array[business_date, reversal_date]) d where link = $1 and d is not null order by 1`,
      [link],
    );
    const all: TotalRow[] = [];
    for (const { d } of dates) {
      const text = `select $2::date::text as business_date, class, sign, sum(number)::text as number, sum(amount_minor)::text as amount_minor
        from switch.totals_from_journal($1, $2::date) group by 2, 3 order by 2, 3`;
      all.push(...(await bench.rows<TotalRow>(text, [link, d])));
    }
    return all;
  };
  function totals(from: string): Promise<TotalRow[]> {
    return bench.rows<TotalRow>(
      `select business_date::text, class, sign, sum(number)::text as number, sum(amount_minor)::text as amount_minor ${from} order by 1, 2, 3`,
      [link],
    );
  }

  const row = (date: string, kind: string, sign: string, number: number, amountMinor: number): TotalRow => ({
    business_date: `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}`,
    class: kind,
    sign,
    number: String(number),
    amount_minor: String(amountMinor),
  });
  const state = async (request: SubmitRequest) =>
    (
      await bench.rows<{ state: string }>('select state from switch.journal where attempt_id = $1', [request.attemptId])
    )[0]?.state;
  const reversed = (request: SubmitRequest) => bench.until(async () => (await state(request)) === 'reversed');

  it('count an approval in the transaction that closes the attempt, and once however often it is asked for', async () => {
    const request = aSale();
    await Promise.all([life.service.submit(request), life.service.submit(request)]);
    await life.service.submit(request);
    const [versions] = await bench.rows<{ together: boolean }>(
      `select j.xmin::text = t.xmin::text as together from switch.journal j join switch.link_total t on t.link = j.link where j.attempt_id = $1`,
      [request.attemptId],
    );
    expect(versions).toEqual({ together: true });
    expect(await stored()).toEqual([row(TODAY, 'debit', 'original', 1, 1_500)]);
  });

  it('count authorizations, their increases, captures, telephone approvals and refunds in their own classes, and declines nowhere', async () => {
    const hold = aSale({ operation: 'authorize' });
    await life.service.submit(hold);
    life.worker.start();
    const capture = aSale({ operation: 'capture', originalAttemptId: hold.attemptId, amountMinor: 1_200 });
    await life.service.submit(capture);
    await bench.until(async () => (await state(capture)) === 'approved');
    await life.service.submit(aSale({ operation: 'increase', originalAttemptId: hold.attemptId, amountMinor: 500 }));
    const posted = aSale({ operation: 'voice_sale', amountMinor: 400, voiceApproval: { code: 'V12345' } });
    await life.service.submit(posted);
    await bench.until(async () => (await state(posted)) === 'approved');
    await life.service.submit(aSale({ operation: 'refund', originalAttemptId: capture.attemptId, amountMinor: 300 }));
    life.line.script = saying(() => '116');
    await life.service.submit(aSale());
    expect(await stored()).toEqual([
      row(TODAY, 'authorization', 'original', 2, 2_000),
      row(TODAY, 'credit', 'original', 1, 300),
      row(TODAY, 'debit', 'original', 2, 1_600),
    ]);
  });

  it('keep a reversed original and count its reversal on the date of the 1430', async () => {
    const request = aSale();
    await life.service.submit(request);
    hostDate = TOMORROW;
    life.worker.start();
    await life.service.reverse({ ...request, reason: 'could_not_deliver', requestId: 'r' });
    await reversed(request);
    expect(await stored()).toEqual([
      row(TODAY, 'debit', 'original', 1, 1_500),
      row(TOMORROW, 'debit', 'reversal', 1, 1_500),
    ]);
  });

  it('presume the yes that nobody saw when the peer accepts its reversal, and count nothing when it knew no original', async () => {
    life.line.script = saying((message) => (message.mti === '1200' ? null : '400'));
    life.worker.start();
    const lostAnswer = aSale();
    await life.service.submit(lostAnswer);
    await reversed(lostAnswer);
    life.line.script = saying((message) => (message.mti === '1200' ? null : '914'));
    const lostRequest = aSale();
    await life.service.submit(lostRequest);
    await reversed(lostRequest);
    expect(await stored()).toEqual([
      row(TODAY, 'debit', 'original', 1, 1_500),
      row(TODAY, 'debit', 'reversal', 1, 1_500),
    ]);
  });

  it('learn date and amount of a presumed yes from the answer that comes late, and never count it twice', async () => {
    life.line.script = saying((message) => (message.mti === '1200' ? null : '400'));
    hostDate = TOMORROW;
    life.worker.start();
    const request = aSale();
    await life.service.submit(request);
    await reversed(request);
    const late = answered(life.line.sent[0]!, '000');
    if (late.kind !== 'answered') throw new Error('an answer is an answer');
    const message = late.message.set(15, TODAY).set(4, '000000001000');
    await life.service.hearStray(link, { kind: 'late', message });
    await life.service.hearStray(link, { kind: 'late', message });
    expect(await stored()).toEqual([
      row(TODAY, 'debit', 'original', 1, 1_000),
      row(TOMORROW, 'debit', 'reversal', 1, 1_000),
    ]);
  });

  it('belong to the date that the peer says, over midnight and after a cutover during traffic', async () => {
    await life.service.submit(aSale());
    hostDate = TOMORROW;
    await life.service.submit(aSale());
    hostDate = TODAY; // still in flight there when it cut over
    await life.service.submit(aSale());
    expect(await stored()).toEqual([
      row(TODAY, 'debit', 'original', 2, 3_000),
      row(TOMORROW, 'debit', 'original', 1, 1_500),
    ]);
    expect(life.service.memory.calendar.current(link)).toBe('2026-11-24');
  });

  it('do not follow a date that cannot be', async () => {
    for (const wrong of ['991231', '261340', '260101']) {
      hostDate = wrong;
      await life.service.submit(aSale());
    }
    expect(await stored()).toEqual([row(TODAY, 'debit', 'original', 3, 4_500)]);
  });

  it('are proved against the journal by a tool that owns the tables, and a changed counter is found', async () => {
    await life.service.submit(aSale());
    expect((await verifyTotals(bench.db.ownerUrl)).differences).toEqual([]);
    await bench.admin.query('update switch.link_total set number = number + 1 where link = $1', [link]);
    expect((await verifyTotals(bench.db.ownerUrl)).differences).toMatchObject([
      { link, counter: 'credit debit original', counted: '2 for 1500', journalled: '1 for 1500' },
    ]);
    await bench.admin.query('update switch.link_total set number = number - 1 where link = $1', [link]);
  });

  it('are written by many answers at once without one waiting for the row of another', async () => {
    await Promise.all(Array.from({ length: 60 }, () => life.service.submit(aSale())));
    const [slots] = await bench.rows<{ slots: number }>(
      'select count(*)::int as slots from switch.link_total where link = $1',
      [link],
    );
    expect(slots!.slots).toBeGreaterThan(4);
    expect(await stored()).toEqual([row(TODAY, 'debit', 'original', 60, 90_000)]);
  });
});
