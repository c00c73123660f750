import { newId, Secret, SystemClock } from '@tsunagu/kernel';
import type { SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import type { SendResult } from '@tsunagu/links';
import { AppLogger, Centre, DatabaseError, MoneyPool, Transactions } from '@tsunagu/platform';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { aSale, linkConfig } from '../../../../test/kit/switch-bench.js';
import { RETRY_LIMIT } from './attempt/outcome.js';
import { Desks, Envelopes, SwitchingLog, type Desk } from './desk.js';
import { LinkLease } from './lease/link-lease.js';
import { PostgresJournal } from './postgres/postgres-journal.js';
import { PostgresStanBlocks } from './postgres/postgres-stan-blocks.js';
import { SafWorker } from './store-and-forward/saf-worker.js';
import { SwitchingService } from './switching.service.js';
import { answered, ScriptedLine } from './testing/scripted-line.js';
import { plainConnector } from './testing/plain-connector.js';

const CARD = { pan: '3566000020000410', expiry: '3012', sequence: null, track2: null, emv: null, pin: null };
const CLOCK = new SystemClock();
let serial = 0;

class Quiet extends SwitchingLog {
  readonly alarms: string[] = [];
  note(): void {}
  alarm(message: string): void {
    this.alarms.push(message);
  }
}

/** Seals nothing: what is broken on purpose says so. */
class PlainEnvelopes extends Envelopes {
  override async open(_tenantId: string, envelope: { account: string }) {
    if (envelope.account === 'account.broken') throw new Error('this account cannot be opened');
    return { card: CARD, wipe: () => undefined };
  }
}

/** One life of a switch process. */
interface Life {
  readonly line: ScriptedLine;
  readonly service: SwitchingService;
  readonly worker: SafWorker;
  readonly log: Quiet;
  readonly journal: PostgresJournal;
}

describe('the switch on PostgreSQL', () => {
  let db: TestDatabase;
  let pool: MoneyPool;
  let centre: Centre;
  let transactions: Transactions;
  let admin: pg.Client;
  let link: string;
  /** Whether the rules of the card's network hold it back. */
  let mayNotLeave = false;
  const lives: Life[] = [];

  beforeAll(async () => {
    db = await testDatabase();
    const logger = new AppLogger({ app: 'switch', nodeName: 'spec', logLevel: 'silent' });
    pool = new MoneyPool(new Secret(db.url('switch')), logger, { max: 8 });
    centre = new Centre(pool);
    transactions = new Transactions(pool);
    admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
  }, 60_000);
  afterAll(async () => {
    await admin.end();
    await pool.onApplicationShutdown();
    await db.drop();
  });
  beforeEach(() => {
    link = `link-${(serial += 1)}`;
  });
  afterEach(async () => {
    mayNotLeave = false;
    for (const life of lives.splice(0)) await life.worker.stop();
  });

  async function born(node = 'switch-1'): Promise<Life> {
    const config = linkConfig(link);
    const line = new ScriptedLine(config, new PostgresStanBlocks(centre));
    const lease = new LinkLease(link, node, centre, CLOCK);
    const desk: Desk = { line, connector: plainConnector, lease };
    const desks = new (class extends Desks {
      forBrand = () => desk;
      forLink = (name: string) => (name === link ? desk : undefined);
      override route(request: SubmitRequest, original?: string) {
        return mayNotLeave
          ? Promise.resolve({ desk: undefined, refusal: RETRY_LIMIT })
          : super.route(request, original);
      }
    })();
    const log = new Quiet();
    const ports = {
      journal: new PostgresJournal(transactions, centre),
      desks,
      envelopes: new PlainEnvelopes(),
      clock: CLOCK,
      log,
    };
    const service = new SwitchingService(ports);
    const taken = await lease.keep();
    if (taken !== undefined) await service.takeOver(taken);
    const life = { line, service, worker: new SafWorker(desk, ports, service.memory), log, journal: ports.journal };
    lives.push(life);
    return life;
  }

  const stored = async (attemptId: string) =>
    (
      await admin.query(
        `select state, reason, late_approval, sealed_account, stan from switch.journal where attempt_id = $1`,
        [attemptId],
      )
    ).rows[0];
  const saf = async (attemptId: string) =>
    (
      await admin.query(
        `select kind, state, action_code, stan, sends from switch.saf where attempt_id = $1 order by place`,
        [attemptId],
      )
    ).rows;

  /** Pass until it is so, or the spec times out. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await CLOCK.sleep(10);
  }

  it('sends one message when two workers submit the same attempt at once [A6]', async () => {
    const { line, service } = await born();
    const request = aSale();
    const outcomes = await Promise.all([service.submit(request), service.submit(request)]);
    expect(outcomes.map((outcome) => outcome.state)).toEqual(['approved', 'approved']);
    expect(line.sent).toHaveLength(1);
    expect((await service.submit(request)).approvalCode).toBe('123456');
    expect(line.sent).toHaveLength(1);
  });

  it('costs two commits and two statements per approved payment', async () => {
    const { service } = await born();
    await service.submit(aSale()); // the first one reserves a block of trace numbers
    const before = { ...pool.counts };
    await service.submit(aSale());
    expect(pool.counts.commits - before.commits).toBe(2);
    expect(pool.counts.statements - before.statements).toBe(2);
  });

  it('journals `sending` before the first byte leaves [A5]', async () => {
    const { line, service } = await born();
    const request = aSale();
    let seen: unknown;
    line.script = (message) => stored(request.attemptId).then((row) => ((seen = row), answered(message, '000')));
    await service.submit(request);
    expect(seen).toMatchObject({ state: 'sending' });
  });

  it('answers a decline as data and forgets the account', async () => {
    const { line, service } = await born();
    line.script = () => '116';
    const request = aSale();
    expect(await service.submit(request)).toMatchObject({ state: 'declined', actionCode: '116' });
    expect(await stored(request.attemptId)).toMatchObject({ state: 'declined', sealed_account: null });
  });

  it('keeps what the issuer said to the cashier beside its refusal, for whoever asks later', async () => {
    const { line, service } = await born();
    line.script = (message) => {
      const answer = answered(message, '107');
      if (answer.kind === 'answered') answer.message.set(48, 'ﾃﾞﾝﾜ ｼﾃｸﾀﾞｻｲ');
      return Promise.resolve(answer);
    };
    const request = aSale();
    const said = { answer: { source: 'iso8583_1993', code: '107', message: 'ﾃﾞﾝﾜ ｼﾃｸﾀﾞｻｲ' } };
    expect((await service.submit(request)).network).toMatchObject(said);
    expect((await service.submit(request)).network).toMatchObject(said);
  });

  it('keeps the domestic code of a refusal as it came, before the action code, for whoever asks later', async () => {
    const { line, service } = await born();
    line.script = (message) => {
      const answer = answered(message, '121');
      if (answer.kind === 'answered') answer.message.set(44, 'G55');
      return Promise.resolve(answer);
    };
    const request = aSale();
    const said = { actionCode: '121', network: { answer: { source: 'domestic', code: 'G55', message: null } } };
    expect(await service.submit(request)).toMatchObject(said);
    expect(await service.submit(request)).toMatchObject(said);
  });

  it('declines a card that may not be sent again without a byte on the line, and an attempt that was answered keeps its answer', async () => {
    const { line, service } = await born();
    line.script = (message) => Promise.resolve(answered(message, '116'));
    const first = aSale();
    await service.submit(first);
    mayNotLeave = true;
    const again = aSale();
    const refused = { state: 'declined', reason: 'retry_limit', actionCode: null, network: null };
    expect(await service.submit(again)).toMatchObject(refused);
    expect(await service.submit(again)).toMatchObject(refused);
    expect(await service.submit(first)).toMatchObject({ state: 'declined', actionCode: '116', reason: null });
    expect(line.sent).toHaveLength(1);
    expect(await saf(again.attemptId)).toEqual([]);
  });

  it('proves that nothing was sent while the line is down [A6]', async () => {
    const { line, service } = await born();
    line.isReady = false;
    const request = aSale();
    expect(await service.submit(request)).toMatchObject({ state: 'not_sent', reason: 'link_down' });
    line.isReady = true;
    expect(await service.submit(request)).toMatchObject({ state: 'not_sent', reason: 'link_down' });
    expect(line.sent).toHaveLength(0);
  });

  it('queues the reversal in the same transaction that says unknown [A6, A10]', async () => {
    const { line, service } = await born();
    line.script = () => null;
    const request = aSale();
    expect(await service.submit(request)).toMatchObject({ state: 'unknown', reason: 'timeout' });
    const versions = await admin.query(
      `select j.xmin::text = s.xmin::text as together from switch.journal j join switch.saf s using (tenant_id, attempt_id) where attempt_id = $1`,
      [request.attemptId],
    );
    expect(versions.rows).toEqual([{ together: true }]);
  });

  it('repeats a reversal until it is acknowledged, under the same name [A6, A10]', async () => {
    const { line, service, worker } = await born();
    let copies = 0;
    line.script = (message) => (message.mti === '1200' || (copies += 1) < 3 ? null : '400');
    worker.start();
    const request = aSale();
    await service.submit(request);
    await until(async () => (await stored(request.attemptId)).state === 'reversed');
    expect(line.sent.slice(0, 4).map((message) => message.mti)).toEqual(['1200', '1420', '1421', '1421']);
    expect(new Set(line.of('1420', '1421').map((message) => message.text(11))).size).toBe(1);
    expect(line.of('1420')[0]?.text(56)).toContain(`1200${line.of('1200')[0]?.text(11)}`);
    expect(await service.outcomes([request])).toMatchObject([{ state: 'reversed', reason: 'timeout' }]);
    expect(await stored(request.attemptId)).toMatchObject({ sealed_account: null });
  });

  it('reverses what a dead process left sending, and never resends it [A6]', async () => {
    const first = await born();
    const request = aSale();
    const isWritten = new Promise<void>((resolve) => {
      first.line.script = () => (resolve(), new Promise<SendResult>(() => undefined)); // the process dies before the answer
    });
    void first.service.submit(request);
    await isWritten;
    const second = await born();
    second.line.script = () => '400';
    second.worker.start();
    await until(async () => (await stored(request.attemptId)).state === 'reversed');
    expect(await second.service.submit(request)).toMatchObject({ state: 'reversed', reason: 'restart' });
    expect(second.line.of('1200', '1201')).toHaveLength(0);
    expect(second.line.of('1420')).toHaveLength(1);
  });

  it('lets one node lead a link, and refuses the fence of the former one [A16]', async () => {
    const first = await born('switch-a');
    const other = await born('switch-b');
    expect(await other.service.submit(aSale())).toMatchObject({ state: 'not_sent', reason: 'link_down' });
    first.line.script = () => null;
    const request = aSale();
    await first.service.submit(request);
    await admin.query(`update switch.link_lease set fence = fence + 1 where link = $1`, [link]);
    expect(await first.worker.pass()).toBe(0);
    expect(first.line.of('1420')).toHaveLength(0);
  });

  it('keeps a broken entry from standing in the way of others [A10]', async () => {
    const { line, service, worker, log } = await born();
    line.script = (message) => (message.mti === '1200' ? null : '400');
    const broken = aSale();
    const sound = aSale();
    await service.submit(broken);
    await admin.query(`update switch.journal set sealed_account = 'account.broken' where attempt_id = $1`, [
      broken.attemptId,
    ]);
    const submitted = service.submit(sound); // the same terminal: waits for the broken one to be dealt with
    worker.start();
    await submitted;
    await until(async () => (await stored(sound.attemptId)).state === 'reversed');
    expect(await saf(broken.attemptId)).toMatchObject([{ state: 'error' }]);
    expect(await service.outcomes([broken])).toMatchObject([{ state: 'in_doubt' }]);
    expect(log.alarms).toContain('store-and-forward entry cannot be sent');
  });

  it('never gives a sound reversal up for a fault of our own: it is repeated until it is acknowledged and kept [A10]', async () => {
    const { line, service, worker, log, journal } = await born();
    line.script = (message) => (message.mti === '1200' ? null : '400');
    const endSaf = journal.endSaf.bind(journal);
    let faults = 0;
    journal.endSaf = (...end: Parameters<typeof endSaf>) =>
      faults++ === 0 ? Promise.reject(new DatabaseError('XX000')) : endSaf(...end);
    const lost = aSale();
    await service.submit(lost);
    worker.start();
    await until(async () => (await stored(lost.attemptId)).state === 'reversed');
    expect(await saf(lost.attemptId)).toMatchObject([{ state: 'done', sends: 2 }]);
    expect(log.alarms).toEqual(['store-and-forward entry postponed']);
  });

  it('locks an attempt before its entry at the end of a reversal too: no deadlock with who orders it again', async () => {
    const { line, service, worker } = await born();
    line.script = (message) => (message.mti === '1200' ? null : '400');
    const lost = aSale();
    await service.submit(lost);
    const holder = new pg.Client({ connectionString: db.adminUrl });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select from switch.journal where attempt_id = $1 for update', [lost.attemptId]);
      worker.start();
      await until(async () => {
        const waiting = await admin.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%switch.saf set%'`,
        );
        return waiting.rowCount === 1;
      });
      // A next copy may be made ready at this moment; an end that waits for us would hold the entry for ever.
      const entry = 'select state from switch.saf where attempt_id = $1 for update skip locked';
      await until(async () => (await holder.query(entry, [lost.attemptId])).rowCount === 1);
      await holder.query('commit');
    } finally {
      await holder.end();
    }
    await until(async () => (await stored(lost.attemptId)).state === 'reversed');
  });

  it('[CC-03] keeps the account for a reversal that is owed, and nothing that proved the card or its holder [C2]', async () => {
    const { line, service } = await born();
    line.script = () => null;
    const lost = aSale({ envelope: { sad: 'sad.sealed', account: 'account.sealed' } });
    await service.submit(lost);
    expect(await saf(lost.attemptId)).toMatchObject([{ kind: 'reversal', state: 'pending' }]);
    const kept = await admin.query<{ line: string }>(
      `select to_jsonb(j)::text || coalesce((select string_agg(to_jsonb(s)::text, '') from switch.saf s), '') as line
         from switch.journal j where attempt_id = $1`,
      [lost.attemptId],
    );
    expect(kept.rows[0]?.line).toContain('account.sealed');
    expect(kept.rows[0]?.line).not.toContain('sad.');
    const plant = admin.query(`update switch.journal set sealed_account = 'sad.sealed' where attempt_id = $1`, [
      lost.attemptId,
    ]);
    await expect(plant).rejects.toMatchObject({ constraint: 'journal_account_only' });
  });

  it('sends the reversal of a terminal before its next request [A10]', async () => {
    const { line, service, worker } = await born();
    line.script = (message) =>
      message.text(4) === '000000000999' && message.mti === '1200' ? null : message.mti === '1200' ? '000' : null;
    await service.submit(aSale({ amountMinor: 999 }));
    const next = service.submit(aSale());
    worker.start();
    expect(await next).toMatchObject({ state: 'approved' });
    expect(line.sent.slice(0, 3).map((message) => message.mti)).toEqual(['1200', '1420', '1200']);
  });

  it('reverses an approved attempt once, however often it is asked [A11]', async () => {
    const { line, service, worker } = await born();
    worker.start();
    line.script = (message) => (message.mti === '1200' ? '000' : '400');
    const request = aSale();
    await service.submit(request);
    const reversal = { ...request, reason: 'customer_cancellation' } as const;
    const outcomes = await Promise.all([service.reverse(reversal), service.reverse(reversal)]);
    expect(outcomes.map((outcome: WireOutcome) => outcome.state)).toEqual(['reversed', 'reversed']);
    expect(outcomes[0]).toMatchObject({ reason: 'cancelled', approvalCode: '123456' });
    expect(await service.reverse(reversal)).toMatchObject({ state: 'reversed' });
    expect(line.of('1420')).toHaveLength(1);
  });

  it('burns an attempt that is reversed before it was seen', async () => {
    const { line, service } = await born();
    const request = aSale();
    expect(await service.reverse({ ...request, reason: 'system' })).toMatchObject({
      state: 'not_sent',
      reason: 'blocked',
    });
    expect(await service.submit(request)).toMatchObject({ state: 'not_sent', reason: 'blocked' });
    expect(line.sent).toHaveLength(0);
  });

  it('remembers a yes that comes while its reversal is decided, and goes on reversing [A8]', async () => {
    const { line, service, worker } = await born();
    const request = aSale();
    let say = (_result: SendResult): void => undefined;
    const isWritten = new Promise<void>((resolve) => {
      line.script = (message) => {
        if (message.mti !== '1200') return '400';
        resolve();
        return new Promise<SendResult>((answer) => (say = answer));
      };
    });
    const submitted = service.submit(request);
    await isWritten;
    const reversed = service.reverse({ ...request, reason: 'customer_cancellation' });
    await until(async () => (await stored(request.attemptId)).state === 'sent_unknown');
    say(answered(line.sent[0]!, '000'));
    expect(await submitted).toMatchObject({ state: 'unknown', lateApproval: true });
    worker.start();
    await reversed;
    await until(async () => (await stored(request.attemptId)).state === 'reversed');
    expect((await service.outcomes([request]))[0]).toMatchObject({ state: 'reversed', lateApproval: true });
  });

  it('reverses again when the peer had no original and then says yes', async () => {
    const { line, service, worker } = await born();
    line.script = (message) => (message.mti === '1200' ? null : '914');
    worker.start();
    const request = aSale();
    await service.submit(request);
    await until(async () => (await stored(request.attemptId)).state === 'reversed');
    const before = line.of('1420', '1421').length;
    await service.hearStray(link, { kind: 'late', message: lateAnswer(line) });
    await until(async () => line.of('1420', '1421').length > before);
    await until(async () => (await saf(request.attemptId))[0].state === 'done');
    expect((await service.outcomes([request]))[0]).toMatchObject({ state: 'reversed', lateApproval: true });
  });

  it('repeats a capture until it is acknowledged, and never reverses it by itself', async () => {
    const { line, service, worker } = await born();
    const hold = aSale({ operation: 'authorize' });
    await service.submit(hold);
    let copies = 0;
    line.script = () => ((copies += 1) < 3 ? null : '900');
    worker.start();
    const capture = aSale({ operation: 'capture', originalAttemptId: hold.attemptId });
    await service.submit(capture);
    await until(async () => (await stored(capture.attemptId)).state === 'approved');
    expect(line.sent.slice(0, 4).map((message) => message.mti)).toEqual(['1100', '1220', '1221', '1221']);
    expect(await saf(capture.attemptId)).toMatchObject([{ kind: 'advice', state: 'done' }]);
    expect(await service.outcomes([capture])).toMatchObject([
      { state: 'approved', reason: null, approvedMinor: 1_500 },
    ]);
  });

  it('lets an approval stand whose cancel the counterpart refused, and does not ask it again', async () => {
    const { line, service, worker } = await born();
    const sale = aSale();
    await service.submit(sale);
    worker.start();
    line.script = () => '119';
    const cancel = { ...sale, reason: 'customer_cancellation', requestId: 'req_cancel' } as const;
    const refused = { state: 'approved', reason: 'cancel_refused', actionCode: '119', approvedMinor: 1_500 };
    expect(await service.reverse(cancel)).toMatchObject(refused);
    expect(await service.reverse(cancel)).toMatchObject(refused);
    expect(line.of('1420', '1421')).toHaveLength(1);
    expect(await saf(sale.attemptId)).toMatchObject([{ kind: 'reversal', state: 'done' }]);
  });

  it('does not take a refusal for an answer where nobody knows whether there was an approval', async () => {
    const { line, service, worker } = await born();
    line.script = (message) => (message.mti === '1200' ? null : '119');
    const sale = aSale();
    await service.submit(sale);
    worker.start();
    await until(async () => (await stored(sale.attemptId)).state === 'in_doubt');
    expect(await saf(sale.attemptId)).toMatchObject([{ kind: 'reversal', state: 'error' }]);
  });

  it('does not believe a refusal of a repeat either: the first copy may have been taken', async () => {
    const { line, service, worker } = await born();
    const sale = aSale();
    await service.submit(sale);
    let copies = 0;
    line.script = () => ((copies += 1) < 2 ? null : '119');
    worker.start();
    await service.reverse({ ...sale, reason: 'customer_cancellation', requestId: 'req_cancel' });
    await until(async () => (await stored(sale.attemptId)).state === 'in_doubt');
    expect(line.of('1420', '1421').map(({ mti }) => mti)).toEqual(['1420', '1421']);
  });

  it('posts a sale that was approved by telephone as an advice, repeated until it is acknowledged', async () => {
    const { line, service, worker } = await born();
    let copies = 0;
    line.script = () => ((copies += 1) < 2 ? null : '900');
    worker.start();
    const posted = aSale({ operation: 'voice_sale', voiceApproval: { code: 'V12345' } });
    await service.submit(posted);
    await until(async () => (await stored(posted.attemptId)).state === 'approved');
    expect(line.sent.map((message) => message.mti)).toEqual(['1220', '1221']);
    expect(await service.outcomes([posted])).toMatchObject([{ approvalCode: 'V12345', approvedMinor: 1_500 }]);
  });

  it('takes an acknowledged capture back when it is cancelled', async () => {
    const { line, service, worker } = await born();
    const hold = aSale({ operation: 'authorize' });
    await service.submit(hold);
    line.script = (message) => (message.mti.startsWith('12') ? '900' : '400');
    worker.start();
    const capture = aSale({ operation: 'capture', originalAttemptId: hold.attemptId });
    await service.submit(capture);
    const cancel = { ...capture, reason: 'customer_cancellation', requestId: 'req_cancel' } as const;
    expect(await service.reverse(cancel)).toMatchObject({ state: 'reversed', reason: 'cancelled' });
    expect(line.of('1420')[0]?.text(56)).toMatch(/^1220/);
    expect(await service.outcomes([hold])).toMatchObject([{ state: 'approved' }]);
  });

  it('takes the next trace number when a wire identity is in use [A19]', async () => {
    const { line, service } = await born();
    const first = aSale();
    await service.submit(first);
    await admin.query(`update switch.stan_counter set next = 1 where link = $1`, [link]);
    const second = await born();
    await second.service.submit({ ...aSale(), localTime: first.localTime });
    expect(second.line.sent[0]?.text(11)).not.toBe(line.sent[0]?.text(11));
    expect(second.line.sent).toHaveLength(1);
  });

  it('shows no row of another tenant, and none at all without one [E2, E3]', async () => {
    const { service } = await born();
    const request = aSale();
    await service.submit(request);
    expect(await service.outcomes([{ tenantId: newId(new Date()), attemptId: request.attemptId }])).toEqual([]);
    const bare = new pg.Client({ connectionString: db.url('switch') });
    await bare.connect();
    expect((await bare.query('select 1 from switch.journal')).rows).toEqual([]);
    await bare.end();
  });
});

function lateAnswer(line: ScriptedLine) {
  const result = answered(line.sent[0]!, '000');
  if (result.kind !== 'answered') throw new Error('an answer is an answer');
  return result.message;
}
