import { describe, expect, it } from 'vitest';
import { compareLedger, type IssuerEntry, type OwnMovement } from './compare-ledger.js';
import { postingsFor, type MovementKind } from './posting.js';

const ours = (change: Partial<OwnMovement> = {}): OwnMovement => ({
  reference: 'jcb|1|t', paymentId: 'p', attemptId: 'a', kind: 'sale', status: 'approved', amountMinor: 1500, currency: 'JPY',
  terminal: 'T1', isMoving: false, isYoung: false, ...change,
}); // prettier-ignore
const issuers = (change: Partial<IssuerEntry> = {}): IssuerEntry => ({
  reference: 'jcb|1|t', kind: 'sale', state: 'approved', amountMinor: 1500, requestedMinor: change.amountMinor ?? 1500, currency: 'JPY',
  terminal: 'T1', ...change,
}); // prettier-ignore

async function* inPages<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}
const compare = (mine: readonly OwnMovement[], theirs: readonly IssuerEntry[]) =>
  compareLedger(inPages(mine), inPages(theirs));

/** The one difference, as words. */
async function difference(mine: readonly OwnMovement[], theirs: readonly IssuerEntry[]): Promise<string> {
  const { differences, differenceCount, differenceMinor } = await compare(mine, theirs);
  expect(differences).toHaveLength(differenceCount);
  const named = differences.map(
    ({ what, paymentId, oursMinor, issuersMinor }) => `${what} ${paymentId ?? '-'} ${oursMinor}/${issuersMinor}`,
  );
  return `${named.join(', ')} = ${JSON.stringify(differenceMinor)}`;
}

describe('postings', () => {
  it('balances every movement [A13]', () => {
    for (const kind of ['authorize', 'release', 'sale', 'capture', 'refund', 'void'] satisfies MovementKind[]) {
      const lines = postingsFor({ kind, amountMinor: 700, attemptId: 'a' });
      const sum = lines.reduce(
        (total, line) => total + (line.side === 'debit' ? line.amountMinor : -line.amountMinor),
        0,
      );
      expect([kind, sum, lines.length > 0]).toEqual([kind, 0, true]);
    }
  });

  it('books nothing that is no amount [A12]', () => {
    for (const amountMinor of [0, -1, 1.5, 1e12, Number.NaN]) {
      expect(() => postingsFor({ kind: 'sale', amountMinor, attemptId: 'a' })).toThrow('12 digits');
    }
  });
});

describe("our books against the issuers'", () => {
  it('agrees on what both hold, on what neither holds, and on a captured authorization', async () => {
    const mine = [
      ours({ reference: null, status: 'not_sent' }),
      ours(),
      ours({ reference: 'jcb|2|t', status: 'reversed' }),
      ours({ reference: 'jcb|3|t', status: 'declined' }),
      ours({ reference: 'jcb|4|t', kind: 'auth' }),
    ];
    const theirs = [
      issuers(),
      issuers({ reference: 'jcb|2|t', state: 'reversed' }),
      issuers({ reference: 'jcb|3|t', state: 'declined' }),
      issuers({ reference: 'jcb|4|t', kind: 'auth', state: 'captured' }),
    ];
    expect(await compare(mine, theirs)).toEqual({
      compared: 5, entries: 4, open: 0, differenceCount: 0, differences: [], differenceMinor: {},
    }); // prettier-ignore
  });

  it.each<[string, OwnMovement[], IssuerEntry[]]>([
    ['missing_here - 0/1500 = {"JPY":"1500"}', [], [issuers()]],
    ['missing_there p 1500/0 = {"JPY":"1500"}', [ours()], []],
    ['missing_there p 1500/0 = {"JPY":"1500"}', [ours({ reference: null })], []],
    ['ended_there p 1500/0 = {"JPY":"1500"}', [ours()], [issuers({ state: 'reversed' })]],
    ['ended_there p 1500/0 = {"JPY":"1500"}', [ours()], [issuers({ state: 'declined' })]],
    ['ended_here p 0/1500 = {"JPY":"1500"}', [ours({ status: 'reversed' })], [issuers()]],
    ['ended_here p 0/1500 = {"JPY":"1500"}', [ours({ status: 'declined' })], [issuers()]],
    ['amount p 1500/1499 = {"JPY":"1"}', [ours()], [issuers({ amountMinor: 1499 })]],
    ['currency p 1500/1500 = {"JPY":"1500","USD":"1500"}', [ours()], [issuers({ currency: 'USD' })]],
    ['kind p 1500/1500 = {"JPY":"3000"}', [ours()], [issuers({ kind: 'refund' })]],
    ['twice p 0/1500 = {"JPY":"1500"}', [ours()], [issuers(), issuers()]],
    ['twice q 1500/0 = {"JPY":"1500"}', [ours(), ours({ paymentId: 'q' })], [issuers()]],
  ])('finds %s [A20]', async (words, mine, theirs) => {
    expect(await difference(mine, theirs)).toBe(words);
  });

  it('never lets one currency make up for another [A20]', async () => {
    const mine = [ours(), ours({ reference: 'jcb|2|t', currency: 'USD' })];
    const theirs = [
      issuers({ amountMinor: 1600 }),
      issuers({ reference: 'jcb|2|t', currency: 'USD', amountMinor: 1400 }),
    ];
    expect((await compare(mine, theirs)).differenceMinor).toEqual({ JPY: '100', USD: '100' });
  });

  it('counts what is open without judging it, named by the wire or not', async () => {
    const named = await compare([ours({ status: 'sent_unknown', isMoving: true })], [issuers()]);
    expect(named).toMatchObject({ open: 1, differenceCount: 0 });
    const onItsWay = ours({ reference: null, status: 'sending', isMoving: true });
    const heard = issuers({ amountMinor: 700, requestedMinor: 1500 });
    expect(await compare([onItsWay], [heard])).toMatchObject({ open: 1, differenceCount: 0 });
    const young = await compare([ours({ isYoung: true })], []);
    expect(young).toMatchObject({ open: 1, differenceCount: 0 });
    expect(await compare([ours({ isYoung: true })], [issuers()])).toMatchObject({ open: 0, differenceCount: 0 });
  });

  it('lets one open attempt explain one line and no more [A20]', async () => {
    const onItsWay = ours({ reference: null, status: 'sending', isMoving: true });
    const lines = [issuers(), issuers({ reference: 'jcb|2|t' })];
    expect(await difference([onItsWay], lines)).toBe('missing_here - 0/1500 = {"JPY":"1500"}');
    expect(await difference([onItsWay], [issuers({ terminal: 'T2' })])).toBe('missing_here - 0/1500 = {"JPY":"1500"}');
  });

  it('refuses books that are not sorted: a pair could be missed', async () => {
    await expect(compare([ours({ reference: 'b' }), ours({ reference: 'a' })], [])).rejects.toThrow('sorted');
    await expect(compare([], [issuers({ reference: 'b' }), issuers({ reference: 'a' })])).rejects.toThrow('sorted');
    await expect(compare([ours({ reference: 'b' }), ours({ reference: null })], [])).rejects.toThrow('sorted');
  });

  it('counts and sums more differences than it names', async () => {
    const lines = Array.from({ length: 1_200 }, (_, n) =>
      issuers({ reference: `jcb|${String(n).padStart(5, '0')}|t` }),
    );
    const result = await compare([], lines);
    expect([result.differenceCount, result.differences.length, result.differenceMinor]).toEqual([
      1_200,
      1_000,
      { JPY: String(1_200 * 1_500) },
    ]);
  });
});
