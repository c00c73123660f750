import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsoMessage, writePrivateTlv } from '@tsunagu/iso8583';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { LedgerEntry } from '../ledger/ledger-record.js';
import { startSimulator, type RunningSimulator } from '../simulator.js';
import { AcquirerLine, following, network, repeatOf, request } from './acquirer-line.fixture.js';

let directory: string;
let simulator: RunningSimulator<'jcb' | 'acq' | 'cup'>;
const lines: AcquirerLine[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsunagu-sim-'));
  const hostPorts = { jcb: 0, acq: 0, cup: 0 };
  simulator = await startSimulator({
    httpPort: 0,
    hostPorts,
    directory,
    timings: { lateYesMs: 40, afterTimeoutMs: 80 },
  });
});
beforeEach(() => setFaults([]));
afterAll(async () => {
  for (const line of lines) line.close();
  await simulator.stop();
  await rm(directory, { recursive: true });
});

async function signedOn(): Promise<AcquirerLine> {
  const line = await AcquirerLine.signedOn(simulator.ports.jcb);
  lines.push(line);
  return line;
}

async function setFaults(faults: FaultRule[], seed?: number): Promise<void> {
  const body = JSON.stringify(seed === undefined ? { faults } : { faults, seed });
  const response = await fetch(`${simulator.url}/faults`, { method: 'PUT', body });
  expect(response.status).toBe(200);
}

async function booked(message: IsoMessage): Promise<LedgerEntry | undefined> {
  const response = await fetch(`${simulator.url}/ledger`);
  const { authorizations } = (await response.json()) as { authorizations: LedgerEntry[] };
  return authorizations.find(({ stan }) => stan === message.text(11));
}

describe('sign-on', () => {
  it('refuses money before it and after sign-off, and answers the echo', async () => {
    const line = await AcquirerLine.open(simulator.ports.jcb);
    lines.push(line);
    const sale = request('1200', 1500);
    expect(await line.actionOf(sale)).toBe('910');
    expect(await booked(sale)).toBeUndefined();
    expect(await line.actionOf(network('801'))).toBe('800');
    expect(await line.actionOf(network('831'))).toBe('800');
    expect(await line.actionOf(request('1200', 1500))).toBe('000');
    expect(await line.actionOf(network('802'))).toBe('800');
    expect(await line.actionOf(request('1200', 1500))).toBe('910');
  });
});

describe('answers', () => {
  it('echo what names the request, and add business date, approval and issuer data', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500, {
      55: Buffer.from('9F260811223344556677889F3600', 'hex').subarray(0, 11),
      59: 'request req_1',
    });
    const answer = (await line.ask(sale)) as IsoMessage;
    expect(answer.mti).toBe('1210');
    for (const field of [3, 4, 11, 12, 32, 37, 41, 42, 49, 59]) expect(answer.get(field)).toEqual(sale.get(field));
    expect(answer.text(15)).toMatch(/^\d{6}$/);
    expect(answer.text(38)).toMatch(/^\d{6}$/);
    expect(answer.bytes(55)?.subarray(0, 2).toString('hex')).toBe('910a');
  });

  it('book the number as first six and last four, from field 2 or from the track', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500, { 2: undefined, 35: TEST_CARDS['unionpay']?.track2 });
    await line.ask(sale);
    expect(await booked(sale)).toMatchObject({ bin6: '620000', last4: '0005', state: 'approved', kind: 'sale', currency: 'JPY', amountMinor: 1500 }); // prettier-ignore
  });

  it('refuse what is whole and wrong with 904, and say of what cannot be read that it cannot', async () => {
    const line = await signedOn();
    const impossible = (await line.ask(request('1200', 1500, { 22: '!!0101511344' }))) as IsoMessage;
    expect([impossible.text(39), impossible.text(44)]).toEqual(['904', '22:pos_data_code']);
    line.raw(Buffer.from('1200 is no message'));
    const complaint = (await line.next()) as IsoMessage;
    expect([complaint.mti, complaint.text(24)]).toEqual(['1644', '650']);
    expect(await line.actionOf(request('1200', 1500))).toBe('000');
  });

  it('refuse a request that lacks a mandatory field with 904, say which, and book nothing', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500, { 26: undefined, 22: undefined });
    const answer = (await line.ask(sale)) as IsoMessage;
    expect([answer.text(39), answer.text(44)]).toEqual(['904', '22:mandatory 26:mandatory']);
    expect(await booked(sale)).toBeUndefined();
  });
});

describe('codes of Japanese card terminals', () => {
  it('go with the refusal of 742,0nn, again with a repeat', async () => {
    const line = await signedOn();
    const sale = request('1200', 742_055);
    const said = (answer: unknown) => (answer instanceof IsoMessage ? [answer.text(39), answer.text(48)] : answer);
    expect(said(await line.ask(sale))).toEqual(['121', 'JP08003G55']);
    expect(said(await line.ask(repeatOf(sale)))).toEqual(['121', 'JP08003G55']);
    expect(await booked(sale)).toMatchObject({ state: 'declined', actionCode: '121', domesticCode: 'G55' });
    expect(said(await line.ask(request('1100', 742_013)))).toEqual(['100', 'JP08003G13']);
    expect(said(await line.ask(request('1200', 742_100)))).toEqual(['100', 'JP08003g?5']);
    expect(said(await line.ask(request('1200', 742_120)))).toEqual(['119', 'JP08003C20']);
    for (const amount of [741_999, 742_000, 743_000]) expect(await line.actionOf(request('1200', amount))).toBe('000');
  });
});

describe('magic amounts', () => {
  it.each([
    [1000, '000'], [1099, '000'], [1100, '100'], [1101, '101'], [1106, '106'], [1107, '107'], [1111, '111'],
    [1116, '116'], [1117, '117'], [1118, '118'], [1119, '119'], [1120, '120'], [1121, '121'], [1125, '125'],
    [1204, '204'], [1208, '208'], [1209, '209'], [1250, '200'], [1802, '902'], [1804, '904'], [1807, '907'],
    [1809, '909'], [1811, '911'], [1812, '912'], [1813, '913'], [1915, '000'], [1500, '000'],
  ])('%i is answered %s', async (amountMinor, actionCode) => {
    const line = await signedOn();
    const sale = request('1200', amountMinor);
    expect(await line.actionOf(sale)).toBe(actionCode);
    expect((await booked(sale))?.state).toBe(actionCode === '000' ? 'approved' : 'declined');
  }); // prettier-ignore

  it('901 is approved late, 903 later still, and what came after them overtakes both', async () => {
    const line = await signedOn();
    const [afterTimeout, late, prompt] = [request('1100', 1903), request('1100', 1901), request('1100', 1500)];
    line.send(afterTimeout, late, prompt);
    const answers = [await line.next(), await line.next(), await line.next()] as IsoMessage[];
    expect(answers.map((answer) => answer.text(11))).toEqual([prompt, late, afterTimeout].map((sent) => sent.text(11)));
    expect(answers.map((answer) => answer.text(39))).toEqual(['000', '000', '000']);
  });

  it('902 loses the reply but not the booking', async () => {
    const line = await signedOn();
    const lost = request('1200', 1902);
    const next = request('1200', 1500);
    line.send(lost);
    expect(((await line.ask(next)) as IsoMessage).text(11)).toBe(next.text(11));
    expect((await booked(lost))?.state).toBe('approved');
  });

  it('904 replies twice and books once', async () => {
    const line = await signedOn();
    const sale = request('1200', 1904);
    const both = [await line.ask(sale), await line.next()] as IsoMessage[];
    expect(both.map((answer) => answer.text(38))).toEqual([both[0]?.text(38), both[0]?.text(38)]);
    expect((await booked(sale))?.amountMinor).toBe(1904);
  });

  it('905 hears a reversal only at its third repeat', async () => {
    const line = await signedOn();
    const sale = request('1200', 1905);
    const reversal = following('1420', sale, 1905);
    for (const message of [sale, reversal, repeatOf(reversal), repeatOf(reversal)]) line.send(message);
    expect(await line.actionOf(network('831'))).toBe('800');
    expect((await booked(sale))?.state).toBe('approved');
    expect(await line.actionOf(repeatOf(reversal))).toBe('400');
    expect((await booked(sale))?.state).toBe('reversed');
  });

  it('906 approves half and says what was asked', async () => {
    const line = await signedOn();
    const sale = request('1200', 1906);
    const answer = (await line.ask(sale)) as IsoMessage;
    expect([answer.text(39), answer.text(4), answer.text(30)]).toEqual([
      '002',
      '000000000953',
      '000000001906000000000000',
    ]);
    expect((await booked(sale))?.amountMinor).toBe(953);
  });

  it('907 approves if the clerk compares the signature, 908 once a PIN comes with it', async () => {
    const line = await signedOn();
    expect(await line.actionOf(request('1200', 1_907))).toBe('001');
    expect(await line.actionOf(request('1200', 1_908, { 22: 'M00101M00141' }))).toBe('112');
    const security = Buffer.concat([Buffer.from([4, 4]), Buffer.alloc(16, 1), Buffer.from('unknown ')]);
    expect(await line.actionOf(request('1200', 1_908, { 22: 'M10101M13144', 53: security }))).toBe('000');
  });

  it('910 hangs up and books nothing', async () => {
    const line = await signedOn();
    const sale = request('1200', 1910);
    expect(await line.ask(sale)).toBe('closed');
    expect(await booked(sale)).toBeUndefined();
  });

  it('911 cuts the reply, 912 sends garbage; both are booked', async () => {
    const line = await signedOn();
    const garbled = request('1200', 1912);
    expect(await line.ask(garbled)).toBe('garbage');
    const cut = request('1200', 1911);
    expect(await line.ask(cut)).toBe('closed');
    expect([(await booked(garbled))?.state, (await booked(cut))?.state]).toEqual(['approved', 'approved']);
  });
});

describe('repeats and duplicates', () => {
  it('a repeat gets the answer of the original, a second request with its identity gets 913', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500);
    const first = (await line.ask(sale)) as IsoMessage;
    expect(((await line.ask(repeatOf(sale))) as IsoMessage).text(38)).toBe(first.text(38));
    expect(await line.actionOf(sale)).toBe('913');
    expect((await booked(sale))?.amountMinor).toBe(1500);
  });

  it('a reversal for an original that never came blocks it for ever', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500);
    const reversal = following('1420', sale, 1500);
    expect(await line.actionOf(reversal)).toBe('914');
    expect(await line.actionOf(repeatOf(reversal))).toBe('914');
    expect(await line.actionOf(sale)).toBe('902');
    expect((await booked(sale))?.state).toBe('declined');
  });

  it('a reversal is accepted once and acknowledged as often as it comes', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500);
    await line.ask(sale);
    const reversal = following('1420', sale, 1500);
    for (const message of [reversal, repeatOf(reversal), reversal]) expect(await line.actionOf(message)).toBe('400');
    expect(await booked(sale)).toMatchObject({ state: 'reversed', amountMinor: 1500 });
  });
});

describe('captures and refunds', () => {
  it('captures up to what was authorized and refuses the rest for good', async () => {
    const line = await signedOn();
    const auth = request('1100', 1500);
    await line.ask(auth);
    const capture = following('1220', auth, 1000);
    expect(await line.actionOf(capture)).toBe('000');
    expect(await line.actionOf(repeatOf(capture))).toBe('000');
    expect(await line.actionOf(following('1220', auth, 501))).toBe('950');
    expect(await booked(auth)).toMatchObject({ kind: 'auth', state: 'captured', capturedMinor: 1000 });
    expect(await booked(capture)).toMatchObject({ kind: 'capture', state: 'approved', originalRrn: auth.text(37) });
  });

  it('lets an authorization grow, captures what it grew to, and shrinks it again when the increase is reversed', async () => {
    const line = await signedOn();
    const auth = request('1100', 10_000);
    await line.ask(auth);
    const increase = (amountMinor: number) => following('1100', auth, amountMinor, { 24: '106' });
    const [kept, undone] = [increase(2_000), increase(3_000)];
    expect([await line.actionOf(kept), await line.actionOf(undone)]).toEqual(['000', '000']);
    expect(await line.actionOf(increase(1_116))).toBe('116');
    expect(await line.actionOf(following('1420', undone, 3_000))).toBe('400');
    expect(await booked(auth)).toMatchObject({ amountMinor: 10_000, increasedMinor: 2_000 });
    expect(await booked(kept)).toMatchObject({ kind: 'increase', state: 'approved', amountMinor: 2_000 });
    expect(await line.actionOf(following('1220', auth, 12_001))).toBe('950');
    expect(await line.actionOf(following('1220', auth, 12_000))).toBe('000');
    expect(await line.actionOf(increase(1_000))).toBe('902');
    expect(await line.actionOf(following('1100', increase(1), 1_000, { 24: '106' }))).toBe('914');
  });

  it('books what was approved by telephone under that number', async () => {
    const line = await signedOn();
    const posted = request('1220', 4_000, { 25: '1377', 38: 'V12345' });
    expect(await line.actionOf(posted)).toBe('000');
    expect(await booked(posted)).toMatchObject({ kind: 'sale', state: 'approved', approvalCode: 'V12345' });
  });

  it('books what the holder is billed, refunds no more of it, and refuses a quote that disagrees with itself', async () => {
    const line = await signedOn();
    const billed = (amount: string, quoted = amount) => ({
      6: amount,
      10: '70067123',
      16: '1121',
      51: '840',
      48: writePrivateTlv([['DC01', `840${quoted}7006712303502611211530Y`]]),
    });
    const sale = request('1200', 1_500, billed('000000001007'));
    expect(await line.actionOf(sale)).toBe('000');
    expect((await booked(sale))?.cardholder).toEqual({ currency: 'USD', amountMinor: 1_007, refundedMinor: 0 });
    const refund = (amountMinor: number, amount: string) =>
      following('1200', sale, amountMinor, { 3: '200000', 24: '200', ...billed(amount) });
    expect(await line.actionOf(refund(500, '000000000336'))).toBe('000');
    expect(await line.actionOf(refund(1_000, '000000000672'))).toBe('110');
    expect(await line.actionOf(following('1200', sale, 1_000, { 3: '200000', 24: '200' }))).toBe('110');
    expect(await line.actionOf(refund(1_000, '000000000671'))).toBe('000');
    const half = request('1200', 1_906, billed('000000001279'));
    expect(await line.actionOf(half)).toBe('002');
    expect((await booked(half))?.cardholder?.amountMinor).toBe(640); // half of 1,279, half up
    const wrong = (await line.ask(request('1200', 1_500, billed('000000001007', '000000001008')))) as IsoMessage;
    expect([wrong.text(39), wrong.text(44)]).toEqual(['904', '48:dcc_quote']);
  });

  it('reopens an authorization whose capture is reversed', async () => {
    const line = await signedOn();
    const auth = request('1100', 1500);
    const capture = following('1220', auth, 1500);
    for (const message of [auth, capture, following('1420', capture, 1500)]) await line.ask(message);
    expect(await booked(auth)).toMatchObject({ state: 'approved', capturedMinor: 0 });
    expect((await booked(capture))?.state).toBe('reversed');
  });

  it('refuses to capture what was reversed', async () => {
    const line = await signedOn();
    const auth = request('1100', 1500);
    await line.ask(auth);
    await line.ask(following('1420', auth, 1500));
    expect(await line.actionOf(following('1220', auth, 1500))).toBe('950');
  });

  it('refunds no more than was sold, of a sale that stands, at whatever terminal', async () => {
    const line = await signedOn();
    const sale = request('1200', 1500);
    await line.ask(sale);
    const refund = (amountMinor: number) => following('1200', sale, amountMinor, { 3: '200000', 24: '200' });
    expect(await line.actionOf(refund(1000))).toBe('000');
    expect(await line.actionOf(refund(501))).toBe('110');
    expect(await line.actionOf(refund(500))).toBe('000');
    const elsewhere = following('1200', sale, 1, { 3: '200000', 24: '200', 41: 'TSN00009' });
    expect(await line.actionOf(elsewhere)).toBe('110');
    const never = following('1200', request('1200', 1500), 1500, { 3: '200000', 24: '200' });
    expect(await line.actionOf(never)).toBe('914');
  });
});

describe('faults', () => {
  const fault = (kind: FaultRule['kind'], delayMs?: number): FaultRule => ({
    link: 'jcb',
    kind,
    probability: 1,
    delayMs,
  });

  it.each(['delay', 'late'] as const)('%s lets a later message overtake the answer', async (kind) => {
    const line = await signedOn();
    await setFaults([fault(kind, 1_000)]);
    const slow = request('1200', 1500);
    line.send(slow);
    expect(((await line.ask(network('831'))) as IsoMessage).mti).toBe('1814');
    await setFaults([]);
    const prompt = request('1200', 1500);
    const answers = [await line.ask(prompt), await line.next()] as IsoMessage[];
    expect(answers.map((answer) => answer.text(11))).toEqual([prompt.text(11), slow.text(11)]);
  });

  it('drop loses the message on the way in or the answer on the way out, as the seed says', async () => {
    const line = await signedOn();
    await setFaults([fault('drop')], 7);
    const sales = Array.from({ length: 12 }, () => request('1200', 1500));
    for (const sale of sales) line.send(sale);
    expect(((await line.ask(network('831'))) as IsoMessage).mti).toBe('1814');
    const states = await Promise.all(sales.map(async (sale) => (await booked(sale))?.state));
    expect(new Set(states)).toEqual(new Set(['approved', undefined]));
  });

  it('duplicate answers twice, garbage answers nonsense', async () => {
    const line = await signedOn();
    await setFaults([fault('duplicate')]);
    const sale = request('1200', 1500);
    expect([((await line.ask(sale)) as IsoMessage).text(39), ((await line.next()) as IsoMessage).text(39)]).toEqual([
      '000',
      '000',
    ]);
    await setFaults([fault('garbage')]);
    expect(await line.ask(request('1200', 1500))).toBe('garbage');
  });

  it('strikes the types and as many messages as a rule names, and says how many are left', async () => {
    const line = await signedOn();
    await setFaults([{ link: 'jcb', kind: 'lose_reply', probability: 1, mtis: ['1200', '1804'], next: 2 }]);
    const [auth, lost] = [request('1100', 1500), request('1200', 1500)];
    expect(await line.actionOf(auth)).toBe('000');
    line.send(lost, network('831'));
    const next = request('1200', 1500);
    expect(((await line.ask(next)) as IsoMessage).text(11)).toBe(next.text(11));
    expect((await booked(lost))?.state).toBe('approved');
    const state = (await (await fetch(`${simulator.url}/faults`)).json()) as { faults: FaultRule[] };
    expect(state.faults[0]?.next).toBe(0);
  });

  it('lose_request books nothing, a reply that is cut off is booked', async () => {
    const line = await signedOn();
    await setFaults([
      { link: 'jcb', kind: 'lose_request', probability: 1, next: 1 },
      { link: 'jcb', kind: 'cut', probability: 1, next: 1 },
    ]);
    const [lost, cut] = [request('1200', 1500), request('1200', 1500)];
    line.send(lost, cut);
    expect(await line.next()).toBe('closed');
    expect([await booked(lost), (await booked(cut))?.state]).toEqual([undefined, 'approved']);
  });

  it('out_of_order lets the next answer overtake, wrong_stan and wrong_amount answer what was not asked', async () => {
    const line = await signedOn();
    await setFaults([{ link: 'jcb', kind: 'out_of_order', probability: 1, next: 1, delayMs: 60_000 }]);
    const [first, second] = [request('1200', 1500), request('1200', 1501)];
    line.send(first, second);
    const answers = [await line.next(), await line.next()] as IsoMessage[];
    expect(answers.map((answer) => answer.text(11))).toEqual([second.text(11), first.text(11)]);
    await setFaults([{ link: 'jcb', kind: 'wrong_stan', probability: 1, next: 1 }]);
    const wronged = request('1200', 1500);
    expect(((await line.ask(wronged)) as IsoMessage).text(11)).not.toBe(wronged.text(11));
    await setFaults([{ link: 'jcb', kind: 'wrong_amount', probability: 1, next: 1 }]);
    expect(((await line.ask(request('1200', 1500))) as IsoMessage).text(4)).toBe('000000001501');
  });

  it('issuer_script adds what the chip must do to the answer to a chip, and to no other', async () => {
    const line = await signedOn();
    await setFaults([{ link: 'jcb', kind: 'issuer_script', probability: 1 }]);
    const chip = Buffer.from('9F260811223344556677889F3600', 'hex').subarray(0, 11);
    const answer = (await line.ask(request('1200', 1_500, { 55: chip }))) as IsoMessage;
    const tags = answer.bytes(55)?.toString('hex') ?? '';
    expect(tags).toMatch(/^910a.{20}8a0230307112.{36}7212.{36}$/);
    expect(((await line.ask(request('1200', 1_500))) as IsoMessage).has(55)).toBe(false);
  });

  it('trickle sends byte by byte, and what follows waits for its end', async () => {
    const line = await signedOn();
    await setFaults([{ link: 'jcb', kind: 'trickle', probability: 1, next: 1 }]);
    const [slow, prompt] = [request('1200', 1500), request('1200', 1500)];
    line.send(slow, prompt);
    const answers = [await line.next(), await line.next()] as IsoMessage[];
    expect(answers.map((answer) => answer.text(11))).toEqual([slow.text(11), prompt.text(11)]);
  });

  it('reset cuts the connection', async () => {
    const line = await signedOn();
    await setFaults([fault('reset')]);
    expect(await line.ask(request('1200', 1500))).toBe('closed');
  });

  it('half_open leaves a connection on which nobody answers any more, the echo included', async () => {
    const line = await signedOn();
    const other = await signedOn();
    await setFaults([fault('half_open')]);
    line.send(request('1200', 1500));
    line.send(network('831'));
    const silence = line.next();
    expect(await other.actionOf(network('831'))).toBe('800');
    line.close();
    expect(await silence).toBe('closed');
  });

  it('down cuts what stands and refuses new connections until it is lifted; other links go on', async () => {
    const line = await signedOn();
    await setFaults([fault('down')]);
    expect(await line.next()).toBe('closed');
    const refused = await AcquirerLine.open(simulator.ports.jcb);
    expect(await refused.next()).toBe('closed');
    const other = await AcquirerLine.signedOn(simulator.ports.acq);
    lines.push(other);
    await fetch(`${simulator.url}/faults`, { method: 'DELETE' });
    expect(await (await signedOn()).actionOf(network('831'))).toBe('800');
  });

  it('strikes the same messages again for the same seed', async () => {
    const pattern = async (): Promise<string[]> => {
      const line = await signedOn();
      await setFaults([{ link: '*', kind: 'garbage', probability: 0.5 }], 42);
      const arrivals: string[] = [];
      for (let turn = 0; turn < 16; turn++)
        arrivals.push((await line.ask(request('1200', 1500))) === 'garbage' ? 'x' : '.');
      return arrivals;
    };
    const first = await pattern();
    expect(await pattern()).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });
});

describe('over HTTP', () => {
  it.each([
    ['no list', '{}'],
    ['no JSON', '{'],
    ['an unknown link', '[{"link":"xyz","kind":"drop","probability":1}]'],
    ['an unknown kind', '[{"link":"*","kind":"explode","probability":1}]'],
    ['a probability above one', '[{"link":"*","kind":"drop","probability":2}]'],
  ])('faults with %s are refused and change nothing', async (_, body) => {
    const response = await fetch(`${simulator.url}/faults`, { method: 'PUT', body });
    expect(response.status).toBe(400);
    const state = (await (await fetch(`${simulator.url}/faults`)).json()) as { faults: unknown[] };
    expect(state.faults).toEqual([]);
  });

  it('pages the ledger, filters it by link, and totals all of it', async () => {
    const line = await AcquirerLine.signedOn(simulator.ports.cup);
    lines.push(line);
    for (const amountMinor of [1000, 2000, 3116]) await line.ask(request('1200', amountMinor));
    const page = async (query: string) => (await (await fetch(`${simulator.url}/ledger?link=cup&${query}`)).json()) as { authorizations: LedgerEntry[]; totals: unknown[]; next_cursor: number | null }; // prettier-ignore
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.next_cursor}`);
    expect([...first.authorizations, ...second.authorizations].map(({ amountMinor }) => amountMinor)).toEqual([
      1000, 2000, 3116,
    ]);
    expect(second.next_cursor).toBeNull();
    expect(first.totals).toEqual([
      { link: 'cup', currency: 'JPY', kind: 'sale', state: 'approved', count: 2, sumMinor: 3000 },
      { link: 'cup', currency: 'JPY', kind: 'sale', state: 'declined', count: 1, sumMinor: 3116 },
    ]);
    expect((await page('since=2999-01-01T00:00:00Z')).authorizations).toEqual([]);
    expect((await fetch(`${simulator.url}/ledger?page=2`)).status).toBe(400);
  });

  it('serves panel, health and metrics, and shows no card number anywhere', async () => {
    const line = await signedOn();
    await line.ask(request('1200', 1500));
    const paths = ['/', '/ledger', '/faults', '/links', '/metrics', '/health/live', '/health/ready'];
    const texts = await Promise.all(paths.map(async (path) => {
      const response = await fetch(simulator.url + path);
      expect(response.status).toBe(200);
      return await response.text();
    })); // prettier-ignore
    expect(texts[4]).toContain('simulator_answers_total{link="jcb",mti="1210",action="000"}');
    for (const text of texts) for (const { pan } of Object.values(TEST_CARDS)) expect(text).not.toContain(pan);
  });
});
