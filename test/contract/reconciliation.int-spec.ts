import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { connectorNamed } from '@tsunagu/connectors';
import type { IsoMessage } from '@tsunagu/iso8583';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../apps/simulator/src/index.js';
import { HttpDetailSource } from '../../apps/switch/src/reconciliation/http-detail-source.js';
import type { Line } from '../../libs/cde/links/src/line/line.js';
import { Heard, lineOf } from '../../libs/cde/links/src/testing/line-kit.js';
import { CardFingerprints, NegativeList } from '../../libs/cde/switching/src/negative-list/negative-list.js';
import { reconciliationParts } from '../../libs/cde/switching/src/reconciliation/reconciliation-parts.js';
import { Reconciler } from '../../libs/cde/switching/src/reconciliation/reconciler.js';
import { SafWorker } from '../../libs/cde/switching/src/store-and-forward/saf-worker.js';
import { SwitchingService } from '../../libs/cde/switching/src/switching.service.js';
import { aSale, SwitchBench, type BenchLife } from '../kit/switch-bench.js';

const CARD = '3566000020000410';

class SpecFingerprints extends CardFingerprints {
  override of(pan: string): Promise<Buffer> {
    return Promise.resolve(createHmac('sha256', 'spec').update(pan).digest());
  }
}

/** Our side and a simulated host that share the reference and no line of code: their counters must agree. */
describe('counter exchange with a simulated host', () => {
  let bench: SwitchBench;
  let life: BenchLife;
  let simulator: RunningSimulator<'jcb'>;
  let line: Line;
  let service: SwitchingService;
  let worker: SafWorker;
  let reconciler: Reconciler;
  let list: NegativeList;
  let parts: ReturnType<typeof reconciliationParts>;
  let directory: string;
  const heard = new Heard();
  let serial = 0;

  beforeAll(async () => {
    bench = await SwitchBench.open();
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-recon-'));
    simulator = await startSimulator({ httpPort: 0, hostPorts: { jcb: 0 }, directory });
    const connector = connectorNamed('jcb')!;
    life = await bench.born('jcb', connector);
    const detailsUrl = `${simulator.url}/ledger`;
    const reconciliation = {
      afterCutoverMs: 0,
      repeatMs: 500,
      checkpointMs: 0,
      owner: 'desk',
      deadlineMs: 60_000,
      detailsUrl,
    };
    const config = { name: 'jcb', connector: 'jcb', replyTimeoutMs: 1_000, reversalScheduleMs: [300], reconciliation };
    const answerRequest = async (message: IsoMessage) =>
      (await reconciler.hearSheet(message)) ?? list.hear(desk, message);
    heard.observer.onCutover = (_link, date) => void reconciler.hearCutover(date);
    line = lineOf(simulator.ports.jcb, heard, config, { answerRequest });
    const desk = { ...life.desk, lease: life.desk.lease, connector, line };
    const desks = Object.assign(Object.create(Object.getPrototypeOf(life.ports.desks)), {
      desk,
    }) as typeof life.ports.desks;
    list = new NegativeList(bench.centre, new SpecFingerprints(), bench.clock, life.log);
    const ports = { ...life.ports, desks, cardRisk: list };
    service = new SwitchingService(ports);
    parts = reconciliationParts({
      centre: bench.centre,
      source: new HttpDetailSource([line.config]),
      clock: bench.clock,
      log: life.log,
    });
    reconciler = new Reconciler(desk, ports, service.memory, parts);
    worker = new SafWorker(desk, ports, service.memory);
    line.start();
    worker.start();
    await bench.until(() => line.isReady);
  }, 60_000);
  afterAll(async () => {
    await worker.stop();
    await line.stop(0);
    await simulator.stop();
    await bench.close();
    await rm(directory, { recursive: true });
  }, 60_000);

  const request = (amountMinor: number, changes: object = {}) =>
    aSale({
      amountMinor,
      entryMode: 'keyed',
      localTime: `26112300${String((serial += 1)).padStart(4, '0')}`,
      ...changes,
    });
  const state = async (one: ReturnType<typeof aSale>) => (await service.outcomes([one]))[0]?.state;
  const order = async (body: object) => {
    const answer = await fetch(`${simulator.url}/orders?link=jcb`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { connection: 'close', 'content-type': 'application/json' },
    });
    const text = await answer.text();
    expect([200, 201, 202]).toContain(answer.status);
    return text;
  };
  const runs = () =>
    bench.rows<{ kind: string; state: string; action_code: string }>(
      `select kind, state, action_code from switch.reconciliation where link = 'jcb' order by opened_at, number`,
    );
  const businessDate = () => service.memory.calendar.current('jcb');

  it('balances after sales, a hold that was captured, a refund, a reversal, a decline and a lost answer, at a final and at a checkpoint', async () => {
    const [sale, taken] = [request(1_500), request(2_500)];
    expect((await service.submit(sale)).state).toBe('approved');
    expect((await service.submit(taken)).state).toBe('approved');
    const hold = request(3_500, { operation: 'authorize' });
    expect((await service.submit(hold)).state).toBe('approved');
    expect(
      (await service.submit(request(3_000, { operation: 'capture', originalAttemptId: hold.attemptId }))).state,
    ).toBe('approved');
    expect((await service.submit(request(500, { operation: 'refund', originalAttemptId: sale.attemptId }))).state).toBe(
      'approved',
    );
    await service.reverse({ ...taken, reason: 'could_not_deliver', requestId: 'r' });
    await bench.until(async () => (await state(taken)) === 'reversed');
    expect((await service.submit(request(9_116))).state).toBe('declined');
    const lost = request(9_902); // approved there, and its answer never comes
    expect((await service.submit(lost)).state).toBe('unknown');
    await bench.until(async () => (await state(lost)) === 'reversed');
    await reconciler.exchange({ businessDate: businessDate(), currency: 'JPY' }, 'checkpoint');
    await reconciler.exchange({ businessDate: businessDate(), currency: 'JPY' }, 'final');
    expect(await runs()).toEqual([
      { kind: 'checkpoint', state: 'balanced', action_code: '500' },
      { kind: 'final', state: 'balanced', action_code: '500' },
    ]);
  }, 30_000);

  it('hears the cutover of the host, and answers the counters that the host sends', async () => {
    const closed = businessDate();
    const [year, month, day] = closed.split('-').map(Number) as [number, number, number];
    const next = new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
    await order({ do: 'cutover', date: next.replaceAll('-', '').slice(2) });
    await bench.until(() => businessDate() === next);
    await service.submit(request(700));
    await order({ do: 'sheet', date: closed.replaceAll('-', '').slice(2) });
    await bench.until(async () => (await runs()).some(({ kind }) => kind === 'peer'));
    expect((await runs()).filter(({ kind }) => kind === 'peer')).toMatchObject([
      { state: 'balanced', action_code: '500' },
    ]);
  }, 30_000);

  it('names the very transaction that the host never booked', async () => {
    const planted = request(1_300);
    await service.submit(planted);
    // As if an approval had been counted here that the host does not know: its reference is another one there.
    await bench.admin.query(`update switch.wire_identity set rrn = '999999999999' where attempt_id = $1`, [
      planted.attemptId,
    ]);
    await bench.admin.query(
      `update switch.journal set rrn = '999999999999', approved_minor = 1300 where attempt_id = $1`,
      [planted.attemptId],
    );
    await bench.admin.query(`update switch.journal set approved_minor = 1301 where attempt_id = $1`, [
      planted.attemptId,
    ]);
    await reconciler.exchange({ businessDate: businessDate(), currency: 'JPY' }, 'final');
    await reconciler.pass();
    const [one] = await parts.cases.list({ link: 'jcb', isOpen: true });
    expect(one).toMatchObject({ details: 'compared', owner: 'desk' });
    const items = await parts.cases.items(one!.id);
    expect(items.map((item) => [item.class, item.oursMinor, item.theirsMinor])).toEqual([
      ['missing_here', null, 1_300],
      ['missing_there', 1_301, null],
    ]);
  }, 30_000);

  it('refuses a card from the moment at which the host has put it on its list', async () => {
    await order({ do: 'negative_list', fields: { 72: `N${CARD.padEnd(19)}S0000261101${' '.repeat(6)}` } });
    await bench.until(async () => (await list.streams()).length === 1);
    expect(await service.submit(request(1_500))).toMatchObject({ state: 'declined', actionCode: '209', network: null });
  }, 30_000);
});
