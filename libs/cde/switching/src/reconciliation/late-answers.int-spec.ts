import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IsoMessage } from '@tsunagu/iso8583';
import { PostgresReconciliationBooks } from '../postgres/postgres-reconciliation-books.js';
import { SwitchingService } from '../switching.service.js';
import { answered } from '../testing/scripted-line.js';
import { aSale, SwitchBench, type BenchLife } from '../../../../../test/kit/switch-bench.js';

/** The table of reference/iso8583-1993.md §13.4, row by row. */
describe('an answer that comes late [A8]', () => {
  let bench: SwitchBench;
  let life: BenchLife;
  let service: SwitchingService;
  let link: string;
  let serial = 0;
  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close(), 60_000);
  beforeEach(async () => {
    link = `late-${(serial += 1)}`;
    life = await bench.born(link);
    service = new SwitchingService({ ...life.ports, watches: new PostgresReconciliationBooks(bench.centre) });
  });

  const lateYes = (): IsoMessage => {
    const result = answered(life.line.of('1200')[0]!, '000');
    if (result.kind !== 'answered') throw new Error('an answer is an answer');
    return result.message;
  };
  const watches = () =>
    bench.rows<{ reason: string }>('select reason from switch.reconciliation_watch where link = $1', [link]);
  const stateOf = async (request: ReturnType<typeof aSale>) => (await service.outcomes([request]))[0];
  const lost = async () => {
    life.line.script = () => null;
    const request = aSale();
    await service.submit(request);
    return request;
  };

  it('is the normal answer before anybody gave up', async () => {
    const request = aSale();
    expect(await service.submit(request)).toMatchObject({ state: 'approved', lateApproval: false });
    expect(await watches()).toEqual([]);
  });

  it('is recorded while the reversal is queued, and the reversal goes out all the same', async () => {
    const request = await lost();
    await service.hearStray(link, { kind: 'late', message: lateYes() });
    expect(await stateOf(request)).toMatchObject({ state: 'unknown', lateApproval: true });
    life.line.script = () => '400';
    life.worker.start();
    await bench.until(async () => (await stateOf(request))?.state === 'reversed');
  });

  it('is recorded after the reversal was sent, and the reversal must finish', async () => {
    const request = await lost();
    await life.worker.pass();
    expect(life.line.of('1420')).toHaveLength(1);
    await service.hearStray(link, { kind: 'late', message: lateYes() });
    expect(await stateOf(request)).toMatchObject({ state: 'unknown', lateApproval: true });
    expect(await watches()).toEqual([]);
  });

  it('is recorded after the reversal was closed, and raises a watch on its reference, once', async () => {
    const request = await lost();
    life.line.script = () => '400';
    life.worker.start();
    await bench.until(async () => (await stateOf(request))?.state === 'reversed');
    await service.hearStray(link, { kind: 'late', message: lateYes() });
    await service.hearStray(link, { kind: 'late', message: lateYes() });
    expect(await stateOf(request)).toMatchObject({ state: 'reversed', lateApproval: true });
    expect(await watches()).toEqual([{ reason: 'late_approval' }]);
  });

  it('is dropped when it is a second copy', async () => {
    const request = aSale();
    await service.submit(request);
    await service.hearStray(link, { kind: 'duplicate', message: lateYes() });
    expect(await stateOf(request)).toMatchObject({ state: 'approved', lateApproval: false });
    expect(await watches()).toEqual([]);
  });

  it('is kept, and never guessed about, when it belongs to nothing we know', async () => {
    await service.submit(aSale());
    await service.hearStray(link, { kind: 'unmatched', message: lateYes().set(37, '632799999999') });
    expect(life.log.alarms).toContain('unmatched approval');
    expect(await watches()).toEqual([{ reason: 'unmatched' }]);
  });
});
