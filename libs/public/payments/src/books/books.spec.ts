import { describe, expect, it } from 'vitest';
import { compareLedger, type IssuerEntry, type OwnMovement } from './compare-ledger.js';
import { postingsFor, type MovementKind } from './posting.js';

const ours = (change: Partial<OwnMovement> = {}): OwnMovement => ({
  paymentId: 'p', attemptId: 'a', kind: 'sale', status: 'approved', amountMinor: 1500, currency: 'JPY', link: 'jcb', rrn: '1', ...change,
}); // prettier-ignore
const issuers = (change: Partial<IssuerEntry> = {}): IssuerEntry => ({
  link: 'jcb', rrn: '1', kind: 'sale', state: 'approved', amountMinor: 1500, currency: 'JPY', ...change,
}); // prettier-ignore

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

  it('books nothing that is no amount', () => {
    for (const amountMinor of [0, -1, 1.5, 1e12, Number.NaN]) {
      expect(() => postingsFor({ kind: 'sale', amountMinor, attemptId: 'a' })).toThrow('12 digits');
    }
  });
});

describe("our books against the issuers'", () => {
  it('agrees on approved movements, and on what neither side holds', () => {
    const reversed = [ours({ rrn: '2', status: 'reversed' }), ours({ rrn: '3', status: 'declined' })];
    const theirs = [issuers(), issuers({ rrn: '2', state: 'reversed' }), issuers({ rrn: '3', state: 'declined' })];
    expect(compareLedger([ours(), ...reversed], theirs)).toMatchObject({
      differences: [],
      differenceMinor: 0,
      compared: 3,
    });
  });

  it('finds every planted difference, in both directions [A20]', () => {
    const mine = [
      ours(), // missing at the issuer
      ours({ rrn: '2' }), // another amount
      ours({ rrn: '3', status: 'declined' }), // declined here, held there
    ];
    const theirs = [
      issuers({ rrn: '2', amountMinor: 1400 }),
      issuers({ rrn: '3' }),
      issuers({ rrn: '4', amountMinor: 9 }),
    ];
    const { differences, differenceMinor } = compareLedger(mine, theirs);
    expect(differences.map(({ what, rrn }) => `${what} ${rrn}`)).toEqual([
      'missing 1',
      'amount 2',
      'extra 3',
      'extra 4',
    ]);
    expect(differenceMinor).toBe(1500 + 100 + 1500 + 9);
  });

  it('counts what is open without judging it', () => {
    const result = compareLedger([ours({ status: 'sent_unknown' })], [issuers()]);
    expect(result).toMatchObject({ open: 1, differences: [] });
  });

  it('takes a captured authorization as held', () => {
    expect(compareLedger([ours({ kind: 'auth' })], [issuers({ kind: 'auth', state: 'captured' })]).differences).toEqual(
      [],
    );
  });
});
