import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendResult } from '@tsunagu/links';
import { answered } from '../testing/scripted-line.js';
import { SwitchBench, TENANT, type BenchLife } from '../../../../../test/kit/switch-bench.js';

const BACKLOG = 10_000;
const TERMINALS = 500;
/** A quarter of the line's places; see `SHARE_OF_LINE`. */
const PLACES = 64;

/** As an outage of hours leaves it: reversals of many terminals, none of them sent, all waiting for the line. */
const OUTAGE = `
  with numbers as (select n, gen_random_uuid() as random from generate_series(1, $2::int) n),
  rows as (
    select n, (substr(replace($3::text, '-', ''), 1, 12) || '7' || substr(replace(random::text, '-', ''), 14))::uuid as attempt_id,
           'T' || lpad((n % $4::int)::text, 7, '0') as terminal from numbers),
  attempts as (
    insert into switch.journal (tenant_id, attempt_id, state, reason, request, link, mti, stan, rrn, local_time, terminal, amount_minor, currency,
      fence, sealed_account, opened_at, moved_at)
    select $5::uuid, attempt_id, 'sent_unknown', 'timeout',
           jsonb_build_object('operation', 'sale', 'method', 'credit', 'amountMinor', 100, 'currency', 'JPY', 'brand', 'jcb', 'entryMode', 'chip',
             'acceptor', jsonb_build_object('terminal', terminal, 'merchant', 'M', 'mcc', '5411', 'name', 'Shop'), 'requestId', 'r'),
           $1, '1200', lpad(n::text, 6, '0'), lpad(n::text, 12, '0'), '261123001500', $5 || '/M/' || terminal, 100, 'JPY', 1, 'account.sealed',
           now() - interval '1 hour', now() - interval '1 hour' from rows returning 1)
  insert into switch.saf (tenant_id, attempt_id, kind, state, link, terminal, reason_code, amount_minor, currency, queued_at, next_at)
  select $5::uuid, attempt_id, 'reversal', 'pending', $1, $5 || '/M/' || terminal, '4021', 100, 'JPY', now() - interval '1 hour',
         now() - interval '1 hour' from rows order by n`;

describe('a backlog of store-and-forward', () => {
  let bench: SwitchBench;
  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close(), 60_000);

  async function backlog(link: string, count: number): Promise<BenchLife> {
    const life = await bench.born(link, undefined, { replyTimeoutMs: 25_000, reversalScheduleMs: [30_000] });
    const [now] = await bench.rows<{ id: string }>(`select gateway.uuidv7_floor(now())::text as id`);
    await bench.admin.query(OUTAGE, [link, count, now!.id, TERMINALS, TENANT]);
    return life;
  }

  it(
    'of 10,000 goes out in order per terminal, within its share of the line, at a fixed price an entry [A10]',
    { timeout: 400_000 },
    async () => {
      const life = await backlog('drain', BACKLOG);
      let inFlight = 0;
      let peak = 0;
      const lastOf = new Map<string, number>();
      const outOfOrder: string[] = [];
      life.line.script = async (message): Promise<SendResult> => {
        peak = Math.max(peak, (inFlight += 1));
        const [terminal, original] = [message.text(41)!, Number(message.text(56)!.slice(4, 10))];
        if ((lastOf.get(terminal) ?? -1) > original) outOfOrder.push(terminal);
        lastOf.set(terminal, original);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return answered(message, '400');
      };
      const before = bench.pool.counts.statements;
      life.worker.start();
      life.worker.start();
      await bench.until(() => life.line.sent.length >= BACKLOG);
      await life.worker.stop();
      const sent = life.line.of('1420').length;
      const perEntry = (bench.pool.counts.statements - before) / sent;
      expect(sent).toBeGreaterThanOrEqual(BACKLOG);
      expect(life.line.of('1421')).toHaveLength(0);
      expect(outOfOrder).toEqual([]);
      expect(lastOf.size).toBe(TERMINALS); // every terminal got its turn
      expect([peak > 1, peak <= PLACES]).toEqual([true, true]);
      expect(perEntry).toBeLessThan(6);
      const [states] = await bench.rows<{ reversed: number }>(
        `select count(*) filter (where state = 'reversed')::int as reversed from switch.journal where link = 'drain'`,
      );
      expect(states!.reversed).toBe(sent);
    },
  );

  it('is read off the head of an index: a claim looks at no more entries than it takes', async () => {
    await backlog('plan', 3_000);
    await bench.admin.query('analyze switch.saf');
    const plan = await bench.rows<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off, timing off, summary off) select tenant_id from switch.saf s
        where link = 'plan' and state = 'pending' and next_at <= now() and (first_sent_at is not null or not exists (
          select from switch.saf elder where elder.link = s.link and elder.terminal = s.terminal and elder.state = 'pending'
             and elder.first_sent_at is null and elder.place < s.place and elder.next_at > s.next_at))
        order by next_at, place limit 32 for update skip locked`,
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('Index Scan using saf_due');
    expect(text).toContain('Index Scan using saf_owed');
    expect(text).not.toContain('Sort');
    expect(text).not.toMatch(/rows=3000/);
  });

  it(
    'does not wait for the answers of a silent counterpart before it sends the first copies of others',
    { timeout: 180_000 }, // a claim that lost its lease on a slow machine is made again after 30 s
    async () => {
      const life = await backlog('silent', 2 * PLACES);
      let endOutage = () => undefined as void;
      const isOver = new Promise<void>((resolve) => (endOutage = resolve));
      life.line.script = () => isOver.then(() => ({ kind: 'lost', reason: 'timeout' }));
      life.worker.start();
      await bench.until(() => life.line.of('1420').length === 2 * PLACES);
      endOutage();
    },
  );
});
