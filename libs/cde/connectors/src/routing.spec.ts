import fc from 'fast-check';
import type { LinkConfig } from '@tsunagu/links';
import { describe, expect, it } from 'vitest';
import { NETWORK_RETRIES, parseRoutingFile, tableAt, tableOfLinks } from './routing-table.js';
import { decideRoute, forbiddingRetry, type RouteQuestion } from './routing.js';

const LINKS = [
  { name: 'jcb', brands: ['jcb'] },
  { name: 'acq', brands: ['visa', 'mastercard'] },
  { name: 'acq-two', brands: ['visa'] },
] as unknown as LinkConfig[];

const QUESTION: RouteQuestion = {
  tenantId: 'tenant-1',
  operation: 'sale',
  brand: 'visa',
  bin: '41111111',
  method: 'credit',
  amountMinor: 1_500,
  currency: 'JPY',
};
const everythingUp = () => true;

const FILE = {
  tables: [
    { version: '2026-10', valid_from: '2026-10-01T00:00:00Z', source: 'spec', rules: [{ id: 'all', links: ['acq'] }] },
    {
      version: '2026-11',
      valid_from: '2026-11-01T00:00:00Z',
      source: 'contracts of the spec',
      stand_in: 'off',
      rules: [
        { id: 'own contract', tenants: ['tenant-9'], links: ['acq-two'] },
        { id: 'house cards', bins: [['411111', '411119']], links: ['acq-two', 'acq'] },
        { id: 'large', brands: ['visa'], amount_min_minor: 100_000, links: ['acq'] },
        { id: 'taps', methods: ['nfc'], operations: ['sale'], links: ['acq-two'] },
        { id: 'visa', brands: ['visa'], links: ['acq', 'acq-two'] },
      ],
      retries: [
        { id: 'two', brands: ['visa'], action_codes: ['1'], declines_max: 2, within_hours: 24, source: 'spec' },
      ],
    },
  ],
};
const tables = parseRoutingFile(FILE, LINKS);
const table = tableAt(tables, new Date('2026-11-23T00:00:00Z'));

describe('routing', () => {
  it('holds the newest table that is valid, and says which one decided', () => {
    expect(tableAt(tables, new Date('2026-10-31T23:59:59Z')).version).toBe('2026-10');
    expect(decideRoute(table, QUESTION, everythingUp)).toMatchObject({ table: '2026-11' });
    expect(() => tableAt(tables, new Date('2026-01-01T00:00:00Z'))).toThrow('lies ahead');
  });

  it.each(['credit', 'nfc', 'dcc', 'unionpay'] as const)(
    'takes %s over the line of its brand where no row says otherwise, every operation alike',
    (method) => {
      const plain = tableOfLinks(LINKS, []);
      for (const operation of ['sale', 'authorize', 'increase', 'voice_sale', 'refund'] as const)
        expect(decideRoute(plain, { ...QUESTION, method, operation }, everythingUp).link).toBe('acq');
    },
  );

  it('takes a converted sale like the sale it is: a row about brands asks neither for method nor for currency', () => {
    const asked = (method: 'credit' | 'dcc') =>
      decideRoute(table, { ...QUESTION, bin: '400000', method }, everythingUp);
    expect(asked('dcc')).toEqual(asked('credit'));
  });

  it.each([
    ['the tenant’s contract', { tenantId: 'tenant-9' }, 'own contract', 'acq-two'],
    ['first digits', {}, 'house cards', 'acq-two'],
    ['the amount', { bin: '400000', amountMinor: 100_000 }, 'large', 'acq'],
    ['the product', { bin: '400000', method: 'nfc' }, 'taps', 'acq-two'],
    ['the brand', { bin: '400000' }, 'visa', 'acq'],
    ['nothing: then it goes nowhere', { bin: '353011', brand: 'jcb' }, null, null],
    ['too few digits to be in a range', { bin: '4111', method: 'credit' }, 'visa', 'acq'],
  ] as const)('decides by %s', (_what, change, rule, link) => {
    expect(decideRoute(table, { ...QUESTION, ...change }, everythingUp)).toMatchObject({ rule, link });
  });

  it('takes the second acquirer while the first is down, and says so', () => {
    const isUp = (link: string) => link !== 'acq';
    const why = decideRoute(table, { ...QUESTION, bin: '400000' }, isUp);
    expect(why).toEqual({ table: '2026-11', rule: 'visa', link: 'acq-two', down: ['acq'] });
  });

  it('names the first acquirer when all are down: nothing is sent, and that is proved', () => {
    expect(decideRoute(table, QUESTION, () => false)).toMatchObject({ link: 'acq-two', down: [] });
  });

  it('keeps a refund and a capture on the link of their original, up or down', () => {
    for (const operation of ['refund', 'capture'] as const) {
      const why = decideRoute(table, { ...QUESTION, operation, originalLink: 'acq' }, () => false);
      expect(why).toMatchObject({ rule: 'original', link: 'acq' });
    }
  });

  it('answers one link of its row, and one further back only because every one in front of it is down', () => {
    const links = fc.subarray(['jcb', 'acq', 'acq-two'], { minLength: 1 });
    const operations = fc.constantFrom('sale', 'authorize', 'refund', 'capture');
    fc.assert(
      fc.property(links, fc.subarray(['jcb', 'acq', 'acq-two']), operations, (row, up, operation) => {
        const one = { ...table, rules: [{ id: 'row', links: row }] };
        const { link, down } = decideRoute(one, { ...QUESTION, operation }, (name) => up.includes(name));
        const front = row.slice(0, row.indexOf(link!));
        expect(front).toEqual(down);
        expect(front.every((name) => !up.includes(name))).toBe(true);
        if (operation === 'refund' || operation === 'capture') expect(front).toEqual([]);
      }),
    );
  });

  it.each([
    [{ ...FILE, tables: [] }, 'must not be empty'],
    [{ tables: [{ ...FILE.tables[0], stand_in: 'on' }] }, 'must be off'],
    [{ tables: [{ ...FILE.tables[0], rules: [{ id: 'x', links: ['unknown'] }] }] }, 'must name links'],
    [{ tables: [{ ...FILE.tables[0], rules: [{ id: 'x', links: ['acq'], bin: ['4'] }] }] }, 'is not known'],
    [{ tables: [{ ...FILE.tables[0], rules: [{ id: 'x', links: ['acq'], bins: [['42', '41']] }] }] }, 'one length'],
  ])('refuses a file that would route by mistake (%#)', (file, words) => {
    expect(() => parseRoutingFile(file, LINKS)).toThrow(words);
  });

  it('makes a table of the links file where there is no routing file', () => {
    const made = tableOfLinks(LINKS, NETWORK_RETRIES);
    expect(decideRoute(made, QUESTION, everythingUp)).toMatchObject({ rule: 'brand:visa', link: 'acq' });
    expect(decideRoute(made, { ...QUESTION, brand: 'amex' }, everythingUp).link).toBeNull();
  });
});

describe('sending a declined card again', () => {
  const at = new Date('2026-11-23T12:00:00Z');
  const hoursAgo = (hours: number, actionCode: string) => ({
    actionCode,
    at: new Date(at.getTime() - hours * 3_600_000),
  });

  it('is refused when the network’s number is used up within its time', () => {
    const declines = [hoursAgo(1, '116'), hoursAgo(2, '100')];
    expect(forbiddingRetry(table, 'visa', declines, at)?.id).toBe('two');
    expect(forbiddingRetry(table, 'visa', declines.slice(1), at)).toBeUndefined();
    expect(forbiddingRetry(table, 'visa', [hoursAgo(1, '116'), hoursAgo(25, '100')], at)).toBeUndefined();
    expect(forbiddingRetry(table, 'visa', [hoursAgo(1, '911'), hoursAgo(2, '911')], at)).toBeUndefined();
    expect(forbiddingRetry(table, 'jcb', declines, at)).toBeUndefined();
  });

  it('is over for good after a pick-up, with every brand', () => {
    const network = { ...table, retries: NETWORK_RETRIES };
    for (const brand of ['visa', 'jcb', 'unionpay'] as const)
      expect(forbiddingRetry(network, brand, [hoursAgo(24 * 29, '208')], at)?.id).toBe('never_again');
  });
});
