import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IsoMessage, originalDataElements } from '@tsunagu/iso8583';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { AWAY, HqHouse, NO, OPEN, SpecTrouble, YES, aContract } from '../testing/hq-house.js';
import { HqWords } from '../testing/hq-words.js';
import { HqDesk } from './hq-desk.js';

let db: TestDatabase;
let house: HqHouse;
beforeAll(async () => {
  db = await testDatabase();
  house = HqHouse.open(db.url('switch'));
}, 60_000);
afterAll(async () => {
  await house.close();
  await db.drop();
});
beforeEach(() => {
  house.intake.script = [YES];
  house.intake.accepted.length = 0;
  house.intake.givenUp.length = 0;
});

function copyOf(message: IsoMessage, change: Record<number, string> = {}): IsoMessage {
  const copy = new IsoMessage(`${message.mti.slice(0, 3)}1`);
  for (const field of message.fields()) copy.set(field, message.get(field));
  for (const [field, value] of Object.entries(change)) copy.set(Number(field), value);
  return copy;
}

describe('a line of a payment server', { timeout: 30_000 }, () => {
  it('makes one payment of a message and its copies, and answers them alike', async () => {
    const sale = house.sale();
    expect([await house.ask(sale), await house.ask(copyOf(sale)), await house.ask(sale)]).toEqual([
      '000',
      '000',
      '913',
    ]);
    expect(house.intake.accepted).toHaveLength(1);
    expect(await house.ask(copyOf(sale, { 4: '000000009900' }))).toBe('902');
  });

  it('says 923 to a copy while the first is on its way, in this process and in another', async () => {
    let answer: (outcome: typeof YES) => void = () => undefined;
    house.intake.script = [new Promise<typeof YES>((resolve) => (answer = resolve))];
    const sale = house.sale();
    const first = house.ask(sale);
    while (house.intake.accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await house.ask(copyOf(sale))).toBe('923');
    expect(await house.ask(copyOf(sale), house.other('switch-2'))).toBe('923');
    answer(YES);
    expect(await first).toBe('000');
  });

  it('takes a message up again that its process left when it died, by the same reference', async () => {
    const sale = house.sale();
    const { register } = house.ports;
    const broken = {
      ...house.ports,
      register: Object.create(register, { end: { value: () => Promise.reject(AWAY) } }),
    };
    await expect(house.ask(sale, new HqDesk(house.contract, broken))).rejects.toBe(AWAY);
    expect(await house.ask(copyOf(sale))).toBe('000');
    const [first, second] = house.intake.accepted;
    expect(second?.reference).toBe(first?.reference);
  });

  it('tells 911 when its time is over, and undoes the payment until that is heard', async () => {
    house.intake.script = [OPEN];
    const passing = house.sale();
    expect(await house.ask(passing)).toBe('911');
    house.intake.script = [AWAY, YES];
    expect(await house.undoing.round(house.desk)).toBe(0);
    house.clock.pass(5_000);
    expect(await house.undoing.round(house.desk)).toBe(1);
    expect(await house.undoing.round(house.desk)).toBe(0);
    expect(new Set(house.intake.givenUp)).toEqual(new Set([house.intake.accepted[0]?.reference]));
    expect(await house.ask(copyOf(passing))).toBe('911');
  });

  it('gives up what a dead process took and nobody asks for again', async () => {
    const sale = house.sale();
    const broken = {
      ...house.ports,
      register: Object.create(house.ports.register, { end: { value: () => Promise.reject(AWAY) } }),
    };
    await expect(house.ask(sale, new HqDesk(house.contract, broken))).rejects.toBe(AWAY);
    expect(await house.undoing.abandon(house.desk)).toBe(0);
    house.clock.pass(60_000);
    expect(await house.undoing.abandon(house.desk)).toBe(1);
    expect(await house.undoing.round(house.desk)).toBe(1);
    expect(await house.ask(copyOf(sale))).toBe('911');
  });

  it('blocks what was reversed before it came', async () => {
    const sale = house.sale();
    expect(await house.ask(house.reversal(sale, '4021'))).toBe('400');
    expect(await house.ask(sale)).toBe('902');
    expect(house.intake.accepted).toEqual([]);
  });

  it('tells nobody yes once a reversal has come, and undoes what the issuer still approves', async () => {
    let answer: (outcome: typeof YES) => void = () => undefined;
    house.intake.script = [new Promise<typeof YES>((resolve) => (answer = resolve))];
    const sale = house.sale();
    const first = house.ask(sale);
    while (house.intake.accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await house.ask(house.reversal(sale, '4021'))).toBe('400');
    answer(YES);
    expect(await first).toBe('911');
    house.intake.script = [YES];
    expect(await house.undoing.round(house.desk)).toBe(1);
  });

  it('counts a cancelled sale on both sides, and one whose answer was never seen on neither', async () => {
    const before = await house.debits();
    const unseen = house.sale();
    await house.ask(unseen);
    await house.ask(house.reversal(unseen, '4021'));
    expect(await house.debits()).toEqual(before);
    const cancelled = house.sale();
    await house.ask(cancelled);
    const reversal = house.reversal(cancelled, '4000');
    expect([await house.ask(reversal), await house.ask(copyOf(reversal))]).toEqual(['400', '400']);
    expect(await house.debits()).toContainEqual(expect.stringMatching(/^reversed 1 1500$/));
  });

  it.each([
    ['a decline of the issuer', [NO], '116'],
    ['a terminal that is blocked', [new SpecTrouble('terminal_blocked', 'forbidden')], '120'],
    ['a method without a contract', [new SpecTrouble('method_not_supported', 'unprocessable')], '115'],
    ['a partial approval', [{ ...YES, approvedMinor: 700 }], '002'],
    ['an api that comes back', [AWAY, AWAY, YES], '000'],
  ] as const)('words %s as the wire has it', async (_what, script, actionCode) => {
    house.intake.script = [...script];
    expect(await house.ask(house.sale())).toBe(actionCode);
  });

  it.each([
    ['another institution', { 32: '99999999999' }, '905'],
    ['a lane that is not in the contract', { 41: 'TSN99999' }, '109'],
    ['a lane of another shop', { 42: 'M00000000000009' }, '109'],
    ['no amount', { 4: '000000000000' }, '110'],
    ['cash', { 3: '010000' }, '115'],
    ['a currency that nobody knows', { 49: '000' }, '902'],
    ['a missing field', { 26: undefined }, '904'],
    ['no card', { 2: undefined, 14: undefined }, '904'],
  ] as const)('refuses %s before anything is stored', async (_what, change, actionCode) => {
    expect(await house.ask(house.sale(change))).toBe(actionCode);
    expect(house.intake.accepted).toEqual([]);
  });

  it('keeps a line within its contract: forms of card, rights, amount, and requests a second', async () => {
    const base = { tenantId: house.contract.tenantId };
    const only = (change: Record<string, unknown>) => new HqDesk(aContract({ ...base, ...change }), house.ports);
    expect(await house.ask(house.sale(), only({ name: 'dukpt', cards: ['dukpt'] }))).toBe('904');
    expect(await house.ask(house.sale(), only({ name: 'auth', rights: ['auth'] }))).toBe('115');
    expect(await house.ask(house.sale(), only({ name: 'small', amountMaxMinor: 1_000 }))).toBe('121');
    const slow = only({ name: 'slow', perSecondMax: 1 });
    expect([await house.ask(house.sale(), slow), await house.ask(house.sale(), slow)]).toEqual(['000', '907']);
    house.clock.pass(1_000);
    expect(await house.ask(house.sale(), slow)).toBe('000');
  });

  it('acts on a file only where the contract says so, for the tenant of the line', async () => {
    const { tenantId } = house.contract;
    const lists = new HqDesk(
      aContract({ tenantId, name: 'lists', rights: ['file_action'], perSecondMax: 1 }),
      house.ports,
    );
    const add = HqWords.blocked();
    expect(await house.ask(add)).toBe('301'); // the line of the other specs has no such right
    expect(await house.ask(HqWords.blocked({ 72: undefined }), lists)).toBe('904');
    expect(await house.ask(HqWords.blocked({ 33: '99999999999' }), lists)).toBe('905');
    expect(house.files.asked).toEqual([]);
    expect([await house.ask(add, lists), await house.ask(add, lists)]).toEqual(['300', '907']);
    expect(await house.ask(HqWords.blocked({}, '1324'), lists)).toBe('300');
    expect(house.files.asked).toEqual([`${tenantId} lists 301 1`, `${tenantId} lists 301 1`]);
  });

  it('keeps what was compared with both totals, and shows the newest first', async () => {
    const asked = (change: Record<number, string>) =>
      house.ask(new IsoMessage('1520', { ...HqWords.totals, ...change }));
    expect(await asked({ 24: '504' })).toBe('504');
    expect([await asked({}), await asked({ 88: '0000000000000777', 97: 'D0000000000000777' })]).toEqual(['500', '501']);
    const [wrong, right, ...more] = await house.desk.exchanges(10);
    expect(wrong).toMatchObject({ businessDate: '250101', actionCode: '501', different: ['88', '97'] });
    expect([wrong?.theirs['88'], wrong?.ours['88']]).toEqual(['0000000000000777', '0000000000000000']);
    expect(right).toMatchObject({ actionCode: '500', functionCode: '500', currency: 'JPY', different: [] });
    expect(more).toEqual([]);
  });

  it('takes an advice as one: never undone, and asked for again while nothing is known', async () => {
    await house.undoing.round(house.desk); // of the specs before
    house.intake.script = [OPEN];
    const advice = house.sale({ 25: '1005' }, '1220');
    expect(await house.ask(advice)).toBe('923');
    house.intake.script = [YES];
    expect(await house.ask(copyOf(advice))).toBe('000');
    expect(await house.undoing.round(house.desk)).toBe(0);
    house.intake.script = [NO];
    expect(await house.ask(house.sale({ 25: '1005' }, '1220'))).toBe('950');
  });

  it('cannot undo a refund: it says so and calls somebody', async () => {
    const digits = originalDataElements({
      mti: '1200',
      stan: '000900',
      localTime: '261123120000',
      acquirer: '88001234567',
    });
    const refund = house.sale({ 2: undefined, 14: undefined, 3: '200000', 56: digits });
    expect(await house.ask(refund)).toBe('000');
    expect(await house.ask(house.reversal(refund, '4000'))).toBe('900');
    expect(house.log.alarms).toContain('a movement cannot be reversed by its line');
  });

  it('hears a cut-over to the next day, and to no other', async () => {
    expect(await house.desk.cutOver('261125')).toBe('902');
    expect(await house.desk.cutOver('261122')).toBe('902');
    expect(await house.desk.cutOver('261124')).toBe('800');
    expect(await house.desk.businessDate()).toBe('261124');
  });
});
