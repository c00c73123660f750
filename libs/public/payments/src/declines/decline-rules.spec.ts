import { describe, expect, it } from 'vitest';
import { TILL_LANGUAGES } from '@tsunagu/kernel';
import { ACTION_CODE_RULES } from './action-code-rules.js';
import type { RawCode } from './decline-rule.js';
import { declineRule, OWN_REASON_RULES, ruleOf } from './decline-rules.js';
import { CASHIER_DECLINE_WORDS, CUSTOMER_DECLINE_WORDS } from './decline-words.js';
import { DOMESTIC_CODE_RULES } from './domestic-code-rules.js';

/** The whole table of payment-features.md §11, typed in from there once more: class, then acts. */
const DOMESTIC =
  `G02 F O·G03 F O·G04 F O·G05 F O·G06 F O·G07 F O·G12 C O·G22 C O·G30 X A·G42 P E·G44 P E·G45 P E·G54 F O·G55 F O·
G56 C O·G60 C O·G61 C O·G65 D E·G67 D B·G68 D B·G69 D B·G70 D EB·G71 D EB·G72 D EB·G73 D EB·G74 D E·G75 D EB·G76 D B·G77 D B·
G78 D EB·G79 D B·G80 D B·G81 D B·G83 D E·G85 C O·G91 S R·G92 S R·G94 D B·G95 S RO·G96 C O·G97 X O·G98 X O·G99 S RO·C20 D O·
I01 T E·I02 T E·I05 T R`
    .split('·')
    .map((row) => row.trim().split(' '));

/** Codes of which the shopper reads one sentence. @source payment-features.md §11, rules */
const SAME_SENTENCE = ['G12', 'G22', 'G30', 'G54', 'G55', 'G56', 'G60', 'G61', 'G96', 'G97', 'G98', 'G99'];
const PICK_UPS = ['200', '201', '202', '203', '204', '205', '206', '207', '208', '209', '210', '299'];
/** What would tell a customer, or who stands behind, why: that the card is watched, stolen, or the account empty. */
const LEAKS =
  /盗難|紛失|事故|回収|取込|不正|残高|限度|無効|stolen|lost|fraud|pick.?up|seize|captur|insufficient|limit|盗|遗失|遺失|没收|余额|餘額|限额|限額|도난|분실|회수|잔액|한도/i;

const ALL: RawCode[] = [
  ...Object.keys(DOMESTIC_CODE_RULES.rows).map((code) => ({ source: 'domestic', code }) as const),
  ...Object.keys(ACTION_CODE_RULES.rows).map((code) => ({ source: 'iso8583_1993', code }) as const),
  ...Object.keys(OWN_REASON_RULES.rows).map((code) => ({ source: 'tsunagu', code }) as const),
  ...['51', '55', '43', '91', 'A0', 'Z9'].map((code) => ({ source: 'unionpay', code }) as const),
];

const customer = (raw: RawCode) => CUSTOMER_DECLINE_WORDS[ruleOf(raw).customer];

describe('declines', () => {
  it('map every domestic code to the class and act of the reference, and know no other', () => {
    const seen = DOMESTIC.map(([code = '']) => {
      const rule = ruleOf({ source: 'domestic', code });
      return [code, rule.class, rule.acts.join('')];
    });
    expect(seen).toEqual(DOMESTIC);
    expect(new Set(Object.keys(DOMESTIC_CODE_RULES.rows))).toEqual(new Set(DOMESTIC.map(([code]) => code)));
  });

  it('have words for clerk and customer in every language, and the customer never reads why', () => {
    for (const raw of ALL) {
      const rule = ruleOf(raw);
      for (const language of TILL_LANGUAGES) {
        const words = [CASHIER_DECLINE_WORDS[rule.cashier][language], customer(raw)[language]];
        for (const word of words) expect(word.length, `${raw.code} ${language}`).toBeGreaterThan(4);
        expect(words[1], `${raw.code} ${language}`).not.toMatch(LEAKS);
      }
    }
  });

  it('say the same neutral sentence for every refusal whose reason is nobody’s business, and for every pick-up', () => {
    const raws: RawCode[] = [
      ...SAME_SENTENCE.map((code) => ({ source: 'domestic', code }) as const),
      ...PICK_UPS.map((code) => ({ source: 'iso8583_1993', code }) as const),
      ...['04', '07', '33', '34', '36', '38', '41', '43'].map((code) => ({ source: 'unionpay', code }) as const),
    ];
    for (const raw of raws) expect(customer(raw), raw.code).toBe(CUSTOMER_DECLINE_WORDS.neutral);
  });

  it('keep lost and stolen hidden from the clerk too: a card is never taken away because of a word on a screen', () => {
    const hidden: RawCode[] = [
      ...PICK_UPS.map((code) => ({ source: 'iso8583_1993', code }) as const),
      ...['G56', 'G60', 'G61'].map((code) => ({ source: 'domestic', code }) as const),
    ];
    for (const raw of hidden)
      expect(ruleOf(raw)).toMatchObject({ code: 'card_declined', category: 'pickup_hidden', cashier: 'general' });
  });

  it('never send a card again that was refused, or refused without a reason', () => {
    for (const raw of ALL) {
      const rule = ruleOf(raw);
      if (rule.class === 'C' || rule.class === 'X') expect(rule.retrySameCard, raw.code).toBe(false);
      if (rule.retrySameCard) expect(rule.acts[0], raw.code).toMatch(/^[RE]$/);
    }
  });

  it('put a code that no table knows into class X', () => {
    for (const source of ['domestic', 'unionpay', 'iso8583_1993', 'tsunagu'] as const)
      expect(ruleOf({ source, code: 'Q77' })).toMatchObject({
        class: 'X',
        code: 'card_declined',
        retrySameCard: false,
      });
    expect(declineRule({ source: 'iso8583_1993', code: '999' }, null).class).toBe('X');
    expect(ruleOf({ source: 'domestic', code: 'toString' }).class).toBe('X');
  });

  it('read the action code where the domestic code that came with it is no code, and believe the domestic one where it is', () => {
    const beside = (code: string) => ruleOf({ source: 'domestic', code, actionCode: '116' });
    for (const code of ['g55', 'G5', 'G555', 'X01', '?', ''])
      expect(beside(code).code, code).toBe('insufficient_funds');
    expect(beside('G42').code).toBe('incorrect_pin');
    expect(beside('G13')).toMatchObject({ class: 'X', code: 'card_declined' });
    expect(ruleOf({ source: 'domestic', code: 'g55' }).class).toBe('X');
  });

  it('read UnionPay through the action code of the wire', () => {
    expect(ruleOf({ source: 'unionpay', code: '51' })).toBe(ruleOf({ source: 'iso8583_1993', code: '116' }));
  });

  it('believe a reason of our own before what the network had said', () => {
    expect(declineRule({ source: 'iso8583_1993', code: '000' }, 'reversed').code).toBe('reversed');
    expect(declineRule(null, null).class).toBe('X');
  });
});
