import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsoMessage } from '@tsunagu/iso8583';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcquirerLine, following, network, request } from '../hosts/acquirer-line.fixture.js';
import { startSimulator, type RunningSimulator } from '../simulator.js';

const ZERO_NUMBER = '0000000000';
const ZERO_AMOUNT = '0000000000000000';
const NUMBERS = [74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 90];
const AMOUNTS = [86, 87, 88, 89];

describe('counters of a host', () => {
  let directory: string;
  let simulator: RunningSimulator<'jcb'>;
  let line: AcquirerLine;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-counters-'));
    simulator = await startSimulator({ httpPort: 0, hostPorts: { jcb: 0 }, directory });
    line = await AcquirerLine.signedOn(simulator.ports.jcb);
  });
  afterAll(async () => {
    line.close();
    await simulator.stop();
    await rm(directory, { recursive: true });
  });

  const ask = async (message: IsoMessage) => (await line.ask(message)) as IsoMessage;
  const sheet = (mti: string, functionCode: string, date: string, over: Record<number, string> = {}) =>
    new IsoMessage(mti, {
      ...Object.fromEntries(NUMBERS.map((field) => [field, ZERO_NUMBER])),
      ...Object.fromEntries(AMOUNTS.map((field) => [field, ZERO_AMOUNT])),
      ...Object.fromEntries([7, 11, 12].map((field) => [field, network('831').text(field)])),
      24: functionCode,
      28: date,
      32: '88001234567',
      50: '392',
      97: `C${ZERO_AMOUNT}`,
      ...over,
    });
  const order = async (body: object) => {
    const response = await fetch(`${simulator.url}/orders?link=jcb`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const counters = async (date: string) => {
    const answer = await ask(sheet('1500', '504', date));
    return [74, 75, 76, 77, 81, 90, 86, 87, 88, 89]
      .map((field) => Number(answer.text(field)))
      .concat(Number(answer.text(97)?.slice(1)));
  };

  it('are gross, by the date of the answer; a final is answered 500 or 501, a checkpoint never closes, 504 gives the totals', async () => {
    const sale = request('1200', 1500);
    const auth = request('1100', 2000);
    const date = (await ask(sale)).text(15) ?? '';
    await ask(auth);
    await ask(following('1220', auth, 2000));
    await ask(following('1200', sale, 500, { 3: '200000', 24: '200' }));
    const undone = request('1200', 700);
    await ask(undone);
    await ask(following('1420', undone, 700));
    await ask(request('1200', 1116)); // declined: counted nowhere
    expect(await counters(date)).toEqual([1, 0, 3, 1, 1, 0, 500, 0, 4200, 700, 3000]);
    const theirs = await ask(sheet('1520', '500', date));
    expect([theirs.mti, theirs.text(39), theirs.text(97)]).toEqual(['1530', '501', 'D0000000000003000']);
    const right = Object.fromEntries([...NUMBERS, ...AMOUNTS, 97].map((field) => [field, theirs.text(field) ?? '']));
    const balanced = await ask(sheet('1520', '500', date, right));
    expect([balanced.text(39), balanced.has(88)]).toEqual(['500', false]);
    expect((await ask(sheet('1500', '501', date, { ...right, 29: '001' }))).text(39)).toBe('500');
    const notes = (await (await fetch(`${simulator.url}/reconciliations`)).json()) as { differing: number[] }[];
    expect(notes.some(({ differing }) => differing.includes(88) && differing.includes(97))).toBe(true);
  });

  it('name one booked transaction when they are asked for it', async () => {
    const sale = request('1200', 1500);
    await ask(sale);
    const wanted = network('600');
    wanted.mti = '1604';
    const answer = await ask(wanted.set(37, sale.text(37)));
    expect([answer.mti, answer.text(39), answer.text(4)]).toEqual(['1614', '605', '000000001500']);
    expect((await ask(wanted.set(37, '000000000000'))).text(39)).toBe('601');
  });

  it('begin anew after a cutover, by the peer or by the host, and the old date stays readable', async () => {
    const sale = request('1200', 1500);
    const today = (await ask(sale)).text(15) ?? '';
    const before = await counters(today);
    const tomorrow = nextDay(today);
    const cutover = await ask(network('821').set(15, tomorrow));
    expect([cutover.text(39), cutover.text(15)]).toEqual(['800', tomorrow]);
    expect((await ask(network('821').set(15, today))).text(39)).toBe('915');
    const reversal = await ask(following('1420', sale, 1500));
    expect(reversal.text(15)).toBe(tomorrow);
    expect(await counters(today)).toEqual(before);
    expect((await counters(tomorrow)).slice(2, 4)).toEqual([0, 1]);
    expect((await ask(sheet('1520', '500', nextDay(tomorrow)))).text(39)).toBe('915');
    const asked = order({ do: 'cutover', date: nextDay(tomorrow) });
    const told = (await line.next()) as IsoMessage;
    expect([told.mti, told.text(24), told.text(15)]).toEqual(['1804', '821', nextDay(tomorrow)]);
    line.send(acknowledged(told, '800'));
    expect((await asked).body).toMatchObject({ answer: { mti: '1814', '39': '800' } });
  });

  it('are told by the host itself, beside chargebacks and changes of a negative list', async () => {
    const sale = request('1200', 3000);
    await ask(sale);
    const fileNumbers: unknown[] = [];
    for (const [body, mti] of [
      [{ do: 'sheet' }, '1522'],
      [{ do: 'chargeback', rrn: sale.text(37) }, '1422'],
      [{ do: 'negative_list', card: 'visa' }, '1304'],
      [{ do: 'negative_list', card: 'visa', isRemoval: true }, '1304'],
      [{ do: 'switch_over' }, '1824'],
    ] as const) {
      const asked = order(body);
      const told = (await line.next()) as IsoMessage;
      expect(told.mti).toBe(mti);
      if (mti === '1304') fileNumbers.push([told.text(24), told.text(71), told.text(72)?.length]);
      line.send(acknowledged(told, '900'));
      expect((await asked).status).toBe(200);
    }
    expect(fileNumbers).toEqual([
      ['301', '00000001', 37],
      ['303', '00000002', 37],
    ]);
    expect((await order({ do: 'chargeback', rrn: 'unknown' })).status).toBe(400);
    expect((await order({ do: 'dance' })).status).toBe(400);
  });

  it('keep files that the peer changes, in the order of their numbers', async () => {
    const action = (functionCode: string, number: number, record: string) =>
      network(functionCode)
        .set(25, '3001')
        .set(71, String(number).padStart(8, '0'))
        .set(72, record)
        .set(73, '261121')
        .set(101, 'NEG');
    const act = async (message: IsoMessage) => {
      message.mti = '1304';
      return (await ask(message)).text(39);
    };
    expect(await act(action('301', 1, 'first'))).toBe('300');
    expect(await act(action('301', 1, 'first'))).toBe('303');
    expect(await act(action('303', 2, 'second'))).toBe('302');
    expect(await act(action('301', 4, 'third'))).toBe('922');
    expect(await act(action('307', 3, 'third'))).toBe('301');
  });
});

function acknowledged(told: IsoMessage, actionCode: string): IsoMessage {
  const answer = new IsoMessage(`${told.mti.slice(0, 2)}${Number(told.mti[2]) + 1}${told.mti[3]}`, {
    7: '1121000100',
    39: actionCode,
  });
  for (const field of [11, 12, 24, 28, 32, 33, 37, 41, 42, 50]) answer.set(field, told.get(field));
  if (told.mti.startsWith('14')) for (const field of [3, 4, 49]) answer.set(field, told.get(field));
  return answer;
}

function nextDay(digits: string): string {
  const at = Date.parse(`20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4)}T00:00:00Z`);
  return new Date(at + 86_400_000).toISOString().slice(2, 10).replaceAll('-', '');
}
