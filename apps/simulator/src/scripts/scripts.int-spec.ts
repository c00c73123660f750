import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IsoMessage } from '@tsunagu/iso8583';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import { AcquirerLine, following, network, request } from '../hosts/acquirer-line.fixture.js';
import { startSimulator, type RunningSimulator } from '../simulator.js';
import { parseScripts } from './script.js';

const SCRIPT = `
name: first day
link: jcb
steps:
  - name: a sale that must say where it was made
    when: { mti: '1200', amount: { min: 5000, max: 5999 }, cards: { from: '3530', to: '3539' }, fields: { 49: '392' } }
    expect: { present: [43], absent: [45], values: { 26: '54..' }, mac: false, after: an echo }
    answer: { action: '116', fields: { 44: 'told by a script' } }
    times: 1
  - name: a sale whose answer is lost
    when: { mti: '1200', amount: 5000 }
    answer: { fault: lose_reply }
    times: 1
  - name: an echo
    when: { mti: '1804', function: '831' }
  - name: a reversal that comes too early
    when: { mti: '1420' }
    answer: { action: '909' }
    times: 1
`;

interface Expectations {
  failed: number;
  records: { step: string; verdict: string; failures: { field: number | null; rule: string }[] }[];
}

describe('scripts of a host', () => {
  let directory: string;
  let simulator: RunningSimulator<'jcb'>;
  let line: AcquirerLine;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-scripts-'));
    simulator = await startSimulator({ httpPort: 0, hostPorts: { jcb: 0 }, directory, scripts: SCRIPT });
    line = await AcquirerLine.signedOn(simulator.ports.jcb);
  });
  afterAll(async () => {
    line.close();
    await simulator.stop();
    await rm(directory, { recursive: true });
  });

  const put = (text: string) => fetch(`${simulator.url}/scripts`, { method: 'PUT', body: text });
  const expectations = async (): Promise<{ text: string; seen: Expectations }> => {
    const text = await (await fetch(`${simulator.url}/expectations?link=jcb`)).text();
    return { text, seen: JSON.parse(text) as Expectations };
  };

  it('answer in place of the amount, once each, and remember by field and rule what was not as expected', async () => {
    const sale = request('1200', 5000);
    const answer = (await line.ask(sale)) as IsoMessage;
    expect([answer.text(39), answer.text(44)]).toEqual(['116', 'told by a script']);
    const lost = request('1200', 5000);
    line.send(lost);
    expect(await line.actionOf(network('831'))).toBe('800');
    expect(await line.actionOf(request('1200', 5000))).toBe('000');
    const { text, seen } = await expectations();
    expect(seen.records.map(({ step, verdict }) => [step, verdict])).toEqual([
      ['a sale that must say where it was made', 'failed'],
      ['a sale whose answer is lost', 'met'],
      ['an echo', 'met'],
    ]);
    expect(seen.records[0]?.failures).toEqual([
      { field: 43, rule: 'present' },
      { field: null, rule: 'sequence: an echo comes first' },
    ]);
    for (const { pan } of Object.values(TEST_CARDS)) expect(text).not.toContain(pan);
  });

  it('refuse a reversal without doing it, and take its repeat', async () => {
    const sale = request('1200', 1500);
    await line.ask(sale);
    const reversal = following('1420', sale, 1500);
    expect(await line.actionOf(reversal)).toBe('909');
    expect(await line.actionOf(reversal)).toBe('400');
  });

  it('are replaced as a whole, with what they remember', async () => {
    expect((await put('name: other\nsteps: [{ name: one, when: { mti: "1100" } }]')).status).toBe(200);
    expect((await expectations()).seen.records).toEqual([]);
    expect(await line.actionOf(request('1200', 5000))).toBe('000');
    expect((await put('[]')).status).toBe(200);
  });

  it.each([
    ['no YAML', 'name: [', 'not YAML'],
    ['an unknown key', 'name: a\nlinks: jcb\nsteps: []', 'links is not known'],
    ['no steps', 'name: a', 'steps is a list'],
    ['an MTI that answers', 'name: a\nsteps: [{name: s, when: {mti: "1210"}}]', 'mti is a request'],
    ['an MTI without quotes', 'name: a\nsteps: [{name: s, when: {mti: 1200}}]', 'mti is a text'],
    [
      'a field beyond 128',
      'name: a\nsteps: [{name: s, when: {mti: "1200"}, expect: {present: [129]}}]',
      'from 2 to 128',
    ],
    [
      'a broken expression',
      'name: a\nsteps: [{name: s, when: {mti: "1200", fields: {49: "("}}}]',
      'no regular expression',
    ],
    [
      'an unknown fault',
      'name: a\nsteps: [{name: s, when: {mti: "1200"}, answer: {fault: explode}}]',
      'fault is one of',
    ],
    [
      'a card range of two lengths',
      'name: a\nsteps: [{name: s, when: {mti: "1200", cards: {from: "35", to: "3"}}}]',
      'same length',
    ],
  ])('with %s are refused in words', async (_, text, words) => {
    const response = await put(text);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(words);
    expect(() => parseScripts(text)).toThrow(words);
  });
});
