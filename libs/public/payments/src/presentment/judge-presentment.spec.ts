import { describe, expect, it } from 'vitest';
import type { CardBrand, CvmResult } from '@tsunagu/contracts';
import { chipFieldRow, judgePresentment, tableOf, tapRow } from './judge-presentment.js';
import type { PresentmentFacts } from './presentment-rules.js';
import { PRESENTMENT_TABLES } from './presentment-tables.js';

const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'];

const facts = (more: Partial<PresentmentFacts>): PresentmentFacts => ({
  entryMode: 'contactless',
  brand: 'jcb',
  country: 'JP',
  amountMinor: 1_000,
  currency: 'JPY',
  contract: 'standard',
  reader: 'pin_pad',
  date: '2026-11-23',
  cvm: 'none',
  asks: null,
  hasPin: false,
  ...more,
});
const judge = (more: Partial<PresentmentFacts>) => {
  const judgement = judgePresentment(facts(more));
  if (judgement.kind === 'action') return judgement.type;
  return judgement.kind === 'refused' ? judgement.fault : 'ok';
};
const chip = (more: Partial<PresentmentFacts>) => judge({ entryMode: 'chip', amountMinor: 50_000, ...more });

describe('a tap', () => {
  it.each([
    ['standard', 15_000],
    ['tap_10000', 10_000],
    ['strict', 10_000],
  ])('of contract %s asks nothing of the holder up to %i yen, to the yen', (contract, limitMinor) => {
    for (const brand of BRANDS) {
      const asked = brand === 'visa' || brand === 'unionpay' ? 'enter_pin' : 'insert_chip';
      const at = (amountMinor: number, cvm: CvmResult | null) => judge({ contract, brand, amountMinor, cvm });
      for (const cvm of ['none', null] as const) {
        expect([limitMinor - 1, limitMinor, limitMinor + 1].map((amount) => at(amount, cvm))).toEqual([
          'ok',
          'ok',
          asked,
        ]);
      }
    }
  });

  it.each(['signature', 'device', 'offline_pin', 'offline_pin_and_signature'] as const)(
    'goes on above the limit when %s speaks for the holder',
    (cvm) => {
      expect([15_001, 999_999].map((amountMinor) => judge({ amountMinor, cvm }))).toEqual(['ok', 'ok']);
    },
  );

  it('takes a phone that knows its holder at any amount, also where a card may not be tapped at all', () => {
    for (const amountMinor of [1, 10_001, 30_001, 999_999_999_999])
      expect(judge({ contract: 'strict', amountMinor, cvm: 'device' })).toBe('ok');
    const at = (amountMinor: number) => judge({ contract: 'strict', amountMinor, cvm: 'signature' });
    expect([29_999, 30_000, 30_001].map(at)).toEqual(['ok', 'ok', 'insert_chip']);
  });

  it('goes on with a PIN that came along, and not with one that is only said to have been typed', () => {
    expect(judge({ amountMinor: 15_001, cvm: 'online_pin', hasPin: true })).toBe('ok');
    expect(judge({ amountMinor: 15_001, cvm: 'online_pin' })).toBe('insert_chip');
  });

  it('asks for the PIN that the card asks for, at any amount', () => {
    expect(judge({ amountMinor: 1, asks: 'online_pin' })).toBe('enter_pin');
    expect(judge({ amountMinor: 1, asks: 'online_pin', hasPin: true, cvm: 'online_pin' })).toBe('ok');
  });

  it('whose verification failed wants the chip, at any amount', () => {
    expect(judge({ amountMinor: 1, cvm: 'failure' })).toBe('insert_chip');
  });

  it('at a reader without a PIN pad is signed for, or refused', () => {
    const at = (cvm: CvmResult) => judge({ reader: 'no_pin_pad', brand: 'visa', amountMinor: 15_001, cvm });
    expect([at('signature'), at('none'), at('failure')]).toEqual(['ok', 'tap_limit', 'tap_limit']);
    expect(judge({ reader: 'no_pin_pad', brand: 'visa', amountMinor: 15_000 })).toBe('ok');
  });

  it('in another currency has no limit in yen', () => {
    expect(judge({ currency: 'USD', amountMinor: 999_999 })).toBe('ok');
  });
});

describe('an inserted card', () => {
  it.each(['offline_pin', 'offline_pin_and_signature', null] as const)('is taken with %s at any amount', (cvm) => {
    expect(chip({ cvm })).toBe('ok');
  });

  it('is taken with an online PIN', () => {
    expect(chip({ cvm: 'online_pin', hasPin: true })).toBe('ok');
  });

  it.each(['signature', 'none', 'online_pin', 'approval'] as const)(
    'issued in Japan needs the PIN above the small amounts: %s alone is refused, to the yen',
    (cvm) => {
      const at = (contract: string, amountMinor: number) => chip({ cvm, contract, amountMinor });
      expect([14_999, 15_000, 15_001].map((amount) => at('standard', amount))).toEqual(['ok', 'ok', 'pin_bypass']);
      expect([9_999, 10_000, 10_001].map((amount) => at('tap_10000', amount))).toEqual(['ok', 'ok', 'pin_bypass']);
      expect(at('strict', 1)).toBe('pin_bypass');
    },
  );

  it('may be signed for until 31 March 2025, and from the day after no more [J4]', () => {
    const on = (date: string) => chip({ cvm: 'signature', date });
    expect(['2025-03-30', '2025-03-31', '2025-04-01', '2025-04-02'].map(on)).toEqual([
      'ok',
      'ok',
      'pin_bypass',
      'pin_bypass',
    ]);
    expect(chip({ cvm: 'none', date: '2025-03-31' })).toBe('pin_bypass'); // neither PIN nor signature was ever enough
  });

  it('may still be signed for when it was issued abroad; of a card of unknown country nobody says so', () => {
    const from = (country: string | null) => chip({ cvm: 'signature', country });
    expect([from('US'), from('JP'), from(null)]).toEqual(['ok', 'pin_bypass', 'pin_bypass']);
  });

  it('whose verification failed is refused at any amount', () => {
    expect(chip({ cvm: 'failure', amountMinor: 1 })).toBe('verification_failed');
  });
});

describe('other readings', () => {
  it.each(['stripe', 'keyed'] as const)('%s: nothing is judged here', (entryMode) => {
    expect(judge({ entryMode, amountMinor: 999_999 })).toBe('ok');
  });
});

describe('the tables', () => {
  it('have a rule for every brand, reader, contract and day, and a source for every rule', () => {
    for (const table of PRESENTMENT_TABLES) {
      const rows = [...table.taps, ...table.chips, ...table.chipFields];
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const { source } of rows) expect(source).toMatch(/§|G9/);
    }
    for (const date of ['1999-01-01', '2025-04-01', '2030-01-01'])
      for (const brand of BRANDS)
        for (const reader of ['pin_pad', 'no_pin_pad'] as const)
          expect(tapRow({ contract: 'nobody_knows_it', reader, date }, brand).contracts).toEqual(['standard']);
  });

  it('name the rule that decided, with its version', () => {
    expect(judgePresentment(facts({ amountMinor: 15_001 }))).toMatchObject({
      kind: 'action',
      rule: '2025-04-01/tap-standard-others',
    });
    expect(tableOf('2025-03-31').version).toBe('2020-01-01');
  });

  it('keep what one acquirer wants of chip data apart from what another takes', () => {
    expect(chipFieldRow({ contract: 'strict', date: '2026-11-23' })).toMatchObject({ lengthBytesMax: 199 });
    expect(chipFieldRow({ contract: 'standard', date: '2026-11-23' }).required).toEqual([]);
  });
});
