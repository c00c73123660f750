import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SwitchBench, aSale, type BenchLife } from '../../../../../test/kit/switch-bench.js';
import { RulingDesk } from './ruling-desk.js';
import { SafDesk } from './saf-desk.js';

const OPEN = ['error', 'expired'] as const;

describe('store-and-forward in the hands of operators', () => {
  let bench: SwitchBench;
  let desk: SafDesk;
  beforeAll(async () => {
    bench = await SwitchBench.open();
    desk = new SafDesk(bench.centre);
  }, 60_000);
  afterAll(() => bench.close(), 60_000);

  const stateOf = async (life: BenchLife, request: ReturnType<typeof aSale>) =>
    (await life.service.outcomes([request]))[0]?.state;

  /** A reversal that the counterpart refused for good. */
  async function refused(link: string): Promise<{ life: BenchLife; request: ReturnType<typeof aSale> }> {
    const life = await bench.born(link);
    life.line.script = (message) => (message.mti === '1200' ? null : '904');
    life.worker.start();
    const request = aSale();
    await life.service.submit(request);
    await bench.until(async () => (await desk.list({ link, states: OPEN, after: '0' })).length === 1);
    return { life, request };
  }

  it('stands aside with an alarm, is shown, and goes out again under its own names when somebody says so [A10]', async () => {
    const { life, request } = await refused('again');
    expect(life.log.alarms).toContain('store-and-forward entry refused');
    const [line] = await desk.list({ link: 'again', states: OPEN, after: '0' });
    expect(line).toMatchObject({
      attemptId: request.attemptId,
      kind: 'reversal',
      state: 'error',
      actionCode: '904',
      amountMinor: '1500',
    });
    expect(await desk.list({ link: 'again', states: OPEN, after: line!.place })).toEqual([]);
    life.line.script = () => '400';
    expect(await desk.retry(line!, bench.clock.now())).toBe('again');
    await bench.until(async () => (await stateOf(life, request)) === 'reversed');
    expect(new Set(life.line.of('1420', '1421').map((message) => message.text(11))).size).toBe(1);
    expect(await desk.retry(line!, bench.clock.now())).toBeUndefined(); // its end is known
  });

  it('is an incident after 24 hours, never deleted, and can be sent again for another 24', async () => {
    const life = await bench.born('expired');
    life.line.script = () => null;
    const request = aSale();
    await life.service.submit(request);
    bench.clock.aheadMs += 25 * 3_600_000;
    life.worker.start();
    await bench.until(async () => (await stateOf(life, request)) === 'in_doubt');
    expect(life.log.alarms).toContain('store-and-forward entry expired');
    life.line.script = () => '400';
    await desk.retry({ attemptId: request.attemptId, kind: 'reversal' }, bench.clock.now());
    await bench.until(async () => (await stateOf(life, request)) === 'reversed');
  });

  it('holds its terminal no longer when people gave it up before its first copy could leave', async () => {
    const life = await bench.born('never-left');
    life.line.script = () => null;
    const request = aSale();
    await life.service.submit(request); // no worker: the reversal stays here
    const name = { attemptId: request.attemptId, kind: 'reversal' } as const;
    const at = bench.clock.now();
    expect((await life.service.submit(aSale())).reason).toBe('busy');
    await desk.orderGivingUp(name, { by: 'aoi', reason: 'agreed by telephone', at });
    await desk.approveGivingUp(name, { by: 'ren', at });
    life.line.script = () => '000';
    expect(await life.service.submit(aSale())).toMatchObject({ state: 'approved' });
  });

  it('is given up by two people only, and then the attempt is in doubt', async () => {
    const { life, request } = await refused('given-up');
    const name = { attemptId: request.attemptId, kind: 'reversal' } as const;
    const at = bench.clock.now();
    expect(await desk.approveGivingUp(name, { by: 'ren', at })).toBe(false);
    expect(await desk.orderGivingUp(name, { by: 'aoi', reason: 'agreed by telephone', at })).toBe(true);
    expect((await desk.list({ link: 'given-up', states: OPEN, after: '0' }))[0]?.askedBy).toBe('aoi');
    for (const by of ['aoi', 'Aoi', ' aoi ']) expect(await desk.approveGivingUp(name, { by, at })).toBe(false);
    expect(await desk.approveGivingUp(name, { by: 'ren', at })).toBe(true);
    expect(await stateOf(life, request)).toBe('in_doubt');
    expect(await desk.orderGivingUp(name, { by: 'aoi', reason: 'once more', at })).toBe(false);
  });

  it('ends as two people ruled it: nothing more is sent, and nothing that comes late says otherwise', async () => {
    const { life, request } = await refused('ruled');
    const { tenantId, attemptId } = request;
    const rulings = new RulingDesk(bench.centre);
    const at = bench.clock.now();
    expect(await stateOf(life, request)).toBe('in_doubt');
    const ruling = { tenantId, attemptId, verdict: 'approved', requestId: 'req' } as const;
    expect(await rulings.rule(ruling, at)).toEqual({ state: 'ruled' });
    expect(await rulings.rule({ ...ruling, verdict: 'declined' }, at)).toEqual({ state: 'ruled' }); // the first one stands
    expect((await life.service.outcomes([request]))[0]).toMatchObject({ state: 'approved', approvedMinor: 1500 });
    expect(await desk.list({ link: 'ruled', states: OPEN, after: '0' })).toEqual([]);
    expect(await desk.retry({ attemptId, kind: 'reversal' }, at)).toBeUndefined();
    expect(await rulings.rule({ ...ruling, attemptId: crypto.randomUUID() }, at)).toEqual({ state: 'unseen' });
  });

  it('does not end what is known', async () => {
    const { life, request } = await refused('known');
    life.line.script = () => '400';
    await desk.retry({ attemptId: request.attemptId, kind: 'reversal' }, bench.clock.now());
    await bench.until(async () => (await stateOf(life, request)) === 'reversed');
    const ruling = {
      tenantId: request.tenantId,
      attemptId: request.attemptId,
      verdict: 'approved',
      requestId: 'req',
    } as const;
    expect(await new RulingDesk(bench.centre).rule(ruling, bench.clock.now())).toEqual({ state: 'reversed' });
    expect(await stateOf(life, request)).toBe('reversed');
  });
});
