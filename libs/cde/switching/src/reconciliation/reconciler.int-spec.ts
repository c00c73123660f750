import { IsoMessage } from '@tsunagu/iso8583';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresDifferenceCases } from '../postgres/postgres-difference-cases.js';
import { PostgresReconciliationBooks } from '../postgres/postgres-reconciliation-books.js';
import { PeerBook } from '../testing/peer-book.js';
import { countingConnector } from '../testing/plain-connector.js';
import { aSale, SwitchBench, type BenchLife } from '../../../../../test/kit/switch-bench.js';
import { CaseInvestigator } from './case-investigator.js';
import { Reconciler } from './reconciler.js';
import { totalsFromJson, totalsToJson } from './totals.js';

const DAY = '2026-11-23';
const NEXT_DAY = '2026-11-24';
const TEN_MINUTES = 600_000;

describe('counter exchange of a link', () => {
  let bench: SwitchBench;
  let books: PostgresReconciliationBooks;
  let cases: PostgresDifferenceCases;
  let life: BenchLife;
  let peer: PeerBook;
  let reconciler: Reconciler;
  let link: string;
  let serial = 0;

  beforeAll(async () => {
    bench = await SwitchBench.open();
    books = new PostgresReconciliationBooks(bench.centre);
    cases = new PostgresDifferenceCases(bench.centre);
  }, 60_000);
  afterAll(() => bench.close());
  beforeEach(async () => {
    bench.clock.aheadMs = Date.parse('2026-11-23T14:00:00Z') - Date.now();
    link = `recon-${(serial += 1)}`;
    peer = new PeerBook();
    await reborn();
  });
  afterEach(() => life.worker.stop());

  async function reborn(): Promise<void> {
    life = await bench.born(link, countingConnector);
    life.line.script = async (message) => peer.result(message);
    const investigator = new CaseInvestigator(cases, peer, bench.clock, life.log);
    reconciler = new Reconciler(life.desk, life.ports, life.service.memory, { books, investigator });
  }
  const sell = async (amountMinor = 1_500) => {
    const request = aSale({ amountMinor });
    await life.service.submit(request);
    return { ...request, stan: life.line.sent.at(-1)!.text(11)! };
  };
  const reverse = async (request: ReturnType<typeof aSale>) => {
    life.worker.start();
    await life.service.reverse({ ...request, reason: 'could_not_deliver', requestId: 'r' });
    await bench.until(async () => (await life.service.outcomes([request]))[0]?.state === 'reversed');
  };
  const cutOver = async () => {
    peer.date = '261124';
    await reconciler.hearCutover('261124');
  };
  const afterCutover = () => (bench.clock.aheadMs += TEN_MINUTES);
  const runs = () =>
    bench.rows<{ kind: string; state: string; number: number; tries: number; date: string }>(
      `select kind, state, number, tries, business_date::text as date from switch.reconciliation where link = $1 order by opened_at, number`,
      [link],
    );
  const mtis = () => life.line.of('1520', '1521', '1500').map((message) => message.mti);

  it('closes a date by itself, ten minutes after the peer cut over, and once', async () => {
    await sell();
    const taken = await sell(2_000);
    await reverse(taken);
    await reconciler.pass();
    await cutOver();
    await sell(700); // the shops are open past midnight
    await reconciler.pass();
    expect(mtis()).toEqual([]);
    afterCutover();
    await reconciler.pass();
    await reconciler.pass();
    expect(mtis()).toEqual(['1520']);
    expect(totalsToJson(totalsFromJson(JSON.parse(peer.heard[0]!.text(72)!)))).toEqual({
      'debit.original': { number: 2, amount_minor: '3500' },
      'debit.reversal': { number: 1, amount_minor: '2000' },
    });
    expect(await runs()).toEqual([{ kind: 'final', state: 'balanced', number: 1, tries: 1, date: DAY }]);
    expect(await cases.list({ link })).toEqual([]);
  });

  it('waits with the final until nothing from before the cutover is owed, and lets the next date go on meanwhile', async () => {
    await sell();
    life.line.script = () => null;
    const lost = aSale();
    await life.service.submit(lost);
    life.line.script = async (message) => peer.result(message);
    await cutOver();
    await sell();
    afterCutover();
    await reconciler.pass();
    expect(mtis()).toEqual([]);
    life.worker.start();
    await bench.until(async () => (await life.service.outcomes([lost]))[0]?.state === 'reversed');
    await reconciler.pass();
    expect(mtis()).toEqual(['1520']);
  });

  it('says the same again under the same names until it is answered, also in another life', async () => {
    await sell();
    peer.say.push(null, null);
    await reconciler.exchange({ businessDate: DAY, currency: 'JPY' }, 'final');
    await sell(); // later sales do not change what was said
    bench.clock.aheadMs += 300_000;
    await reconciler.pass();
    await reborn();
    bench.clock.aheadMs += 300_000;
    await reconciler.pass();
    const said = peer.heard.map((message) => [message.mti, message.text(11), message.text(12), message.text(72)]);
    expect(said.map(([mti]) => mti)).toEqual(['1520', '1521', '1521']);
    expect(new Set(said.map((names) => names.slice(1).join())).size).toBe(1);
  });

  it('asks later for totals that are not ready', async () => {
    await sell();
    peer.say.push('503');
    await reconciler.exchange({ businessDate: DAY, currency: 'JPY' }, 'final');
    expect((await runs()).map(({ state }) => state)).toEqual(['asking']);
    bench.clock.aheadMs += 5_000;
    peer.say.push('504'); // provides its totals, which are ours
    await reconciler.pass();
    expect(life.line.of('1500').map((message) => message.text(24))).toEqual(['504']);
    expect((await runs()).map(({ state }) => state)).toEqual(['balanced']);
  });

  it('compares at a checkpoint with its number, and closes nothing', async () => {
    const { stan } = await sell();
    await reconciler.exchange({ businessDate: DAY, currency: 'JPY' }, 'checkpoint');
    peer.change(stan, { amountMinor: 1 });
    await reconciler.exchange({ businessDate: DAY, currency: 'JPY' }, 'checkpoint');
    expect(life.line.of('1500').map((message) => [message.text(24), message.text(29)])).toEqual([
      ['501', '1'],
      ['501', '2'],
    ]);
    expect((await runs()).map(({ kind, state }) => [kind, state])).toEqual([
      ['checkpoint', 'balanced'],
      ['checkpoint', 'differs'],
    ]);
    expect(await cases.list({ link })).toEqual([]);
  });

  it('answers the advice of an issuer from its own counters', async () => {
    await sell();
    const sheet = (totals: object) =>
      new IsoMessage('1522', {
        11: '000001',
        12: '261124000000',
        24: '500',
        28: '261123',
        32: '9',
        72: JSON.stringify(totals),
      });
    const right = await reconciler.hearSheet(sheet({ 'debit.original': { number: 1, amount_minor: '1500' } }));
    expect([right?.mti, right?.text(39)]).toEqual(['1532', '500']);
    const wrong = await reconciler.hearSheet(sheet({ 'debit.original': { number: 2, amount_minor: '3000' } }));
    expect([wrong?.text(39), wrong?.text(72)]).toEqual([
      '501',
      JSON.stringify({ 'debit.original': { number: 1, amount_minor: '1500' } }),
    ]);
    expect(await cases.list({ link, isOpen: true })).toMatchObject([{ businessDate: DAY, details: 'wanted' }]);
    expect(await reconciler.hearSheet(new IsoMessage('1304'))).toBeUndefined();
  });

  it('tells the peer of a cutover of ours, and counts from then on where the answers say', async () => {
    await sell();
    expect(await reconciler.cutOver(NEXT_DAY)).toBe(true);
    expect(life.line.cutovers).toEqual(['261124']);
    expect(await books.currentDay(link)).toBe(NEXT_DAY);
  });

  describe('when the two sides differ', () => {
    const differences = async () => {
      const [one] = await cases.list({ link, isOpen: true });
      const items = one === undefined ? [] : await cases.items(one.id);
      return items.map((item) => [item.class, item.oursMinor, item.theirsMinor]); // by class, then by reference
    };
    const close = async () => {
      await reconciler.exchange({ businessDate: DAY, currency: 'JPY' }, 'final');
      await reconciler.pass();
    };

    it('names every transaction that differs and says how, and nothing that agrees [A20]', async () => {
      const [amount, missing, twice, notReversed, wrongDate] = [
        await sell(1_001), await sell(1_002), await sell(1_003), await sell(1_004), await sell(1_006),
      ]; // prettier-ignore
      await Promise.all(Array.from({ length: 5 }, () => sell()));
      await reverse(notReversed);
      peer.change(amount.stan, { amountMinor: 9_001 });
      peer.change(notReversed.stan, { reversalDate: null });
      peer.change(wrongDate.stan, { businessDate: NEXT_DAY });
      peer.entries.push(peer.entries.find(({ stan }) => stan === twice.stan)!);
      peer.entries = peer.entries.filter(({ stan }) => stan !== missing.stan);
      const unknown = { ...peer.entries[0]!, rrn: '632799999999', stan: '999999', amountMinor: 555 };
      peer.entries.push(unknown);
      await close();
      expect(await differences()).toEqual([
        ['amount', 1_001, 9_001],
        ['missing_here', null, 555],
        ['missing_there', 1_002, null],
        ['missing_there', 1_006, null],
        ['reversed', 1_004, 1_004],
        ['twice', 1_003, 1_003],
      ]);
      expect(peer.pagesRead).toBeGreaterThan(3);
      expect(life.log.alarms).toContain('counters differ');
    });

    it('shows what is held on another date as that', async () => {
      const { stan } = await sell(1_006);
      await cutOver();
      const later = await sell(1_007);
      peer.change(stan, { businessDate: NEXT_DAY });
      peer.change(later.stan, { businessDate: DAY });
      await close();
      expect(await differences()).toEqual([
        ['date', null, 1_007],
        ['missing_there', 1_006, null],
      ]);
    });

    it('opens one case with an owner and a deadline, and fixes nothing', async () => {
      const { stan, attemptId } = await sell(1_001);
      peer.change(stan, { amountMinor: 9_001 });
      await close();
      const before = await books.totals({ link, businessDate: DAY, currency: 'JPY' });
      await close();
      const open = await cases.list({ link });
      expect(open).toMatchObject([{ state: 'open', details: 'compared', owner: 'reconciliation-desk' }]);
      expect(open[0]!.deadline.getTime()).toBeGreaterThan(bench.clock.now().getTime());
      expect(await books.totals({ link, businessDate: DAY, currency: 'JPY' })).toEqual(before);
      const at = bench.clock.now();
      const closing = { by: 'operator', resolution: 'corrected', reason: '', at } as const;
      const stranger = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01';
      expect(await cases.close(open[0]!.id, { ...closing, corrections: [attemptId, stranger] })).toEqual([stranger]);
      expect((await cases.find(open[0]!.id))!.state).toBe('open');
      expect(await cases.close(open[0]!.id, { ...closing, corrections: [attemptId] })).toEqual([]);
      expect(await cases.find(open[0]!.id)).toMatchObject({ state: 'closed', closedBy: 'operator', reason: attemptId });
    });

    it('counts no more what it only presumed and the peer never booked, says so, and exchanges the date again', async () => {
      await sell();
      life.worker.start();
      life.line.script = async (message) => {
        if (message.mti === '1200') return { kind: 'lost', reason: 'timeout' };
        const answer = peer.answer(message)!;
        return { kind: 'answered', message: answer.mti === '1430' ? answer.set(39, '400') : answer, elapsedMs: 1 };
      };
      const declinedThere = aSale();
      await life.service.submit(declinedThere);
      await bench.until(async () => (await life.service.outcomes([declinedThere]))[0]?.state === 'reversed');
      await close();
      await reconciler.pass();
      expect((await runs()).map(({ state }) => state)).toEqual(['differs', 'balanced']);
      const [one] = await cases.list({ link });
      expect(one).toMatchObject({ state: 'closed', resolution: 'recounted', closedBy: 'tsunagu' });
      expect(await cases.items(one!.id)).toMatchObject([{ class: 'presumed', oursMinor: 1_500, theirsMinor: null }]);
      expect(await life.service.outcomes([declinedThere])).toMatchObject([{ state: 'reversed' }]);
    });

    it('does not believe a balance over other totals than its own', async () => {
      const { stan } = await sell(1_001);
      peer.change(stan, { amountMinor: 9_001 });
      life.line.script = async (message) => {
        const answer = peer.answer(message)!;
        return { kind: 'answered', message: answer.set(39, '500'), elapsedMs: 1 };
      };
      await close();
      expect((await runs()).map(({ state }) => state)).toEqual(['differs']);
    });
  });
});
