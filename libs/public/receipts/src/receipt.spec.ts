import { describe, expect, it } from 'vitest';
import { TILL_LANGUAGES } from '@tsunagu/kernel';
import type { ReceiptFacts, ReceiptKind, ReceiptWish } from './receipt-facts.js';
import { renderReceipt } from './receipt.js';
import { displayWidth } from './render/display-width.js';
import { COLUMNS } from './render/receipt-text.js';
import { RECEIPT_CASES, someFacts, type ReceiptCase } from './testing/receipt-cases.js';
import { WORDS } from './words/receipt-words.js';

const SALE: ReceiptWish = { copy: 'customer', language: 'ja', width: 58, isReprint: false };

function wishesOf({ languages, copies, widths, isReprint = false }: ReceiptCase): ReceiptWish[] {
  return languages.flatMap((language) =>
    widths.flatMap((width) => copies.map((copy): ReceiptWish => ({ copy, language, width, isReprint }))),
  );
}

function goldenOf(each: ReceiptCase): string {
  return wishesOf(each)
    .map(
      (wish) =>
        `=== ${wish.copy} ${wish.language} ${wish.width} mm\n${renderReceipt(someFacts(each.facts), wish).text}`,
    )
    .join('\n');
}

const textOf = (facts: Partial<ReceiptFacts>, wish: Partial<ReceiptWish> = {}): string =>
  renderReceipt(someFacts(facts), { ...SALE, ...wish }).text;

/** Whether a run of digits could be a card number. */
function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

describe('slips', { timeout: 30_000 }, () => {
  it.each(RECEIPT_CASES)('$name is the golden file', async (each) => {
    await expect(goldenOf(each)).toMatchFileSnapshot(`./golden/${each.name}.txt`);
  });

  it('have a golden file for every kind', () => {
    const kinds: readonly ReceiptKind[] = ['sale', 'authorization', 'capture', 'torikeshi', 'henpin', 'voided', 'declined', 'expired', 'unknown', 'offline', 'refund_declined', 'refund_unknown']; // prettier-ignore
    expect(kinds.filter((kind) => !RECEIPT_CASES.some(({ facts }) => (facts.kind ?? 'sale') === kind))).toEqual([]);
  });

  it('never hold a card number or an expiry [C5]', () => {
    for (const each of RECEIPT_CASES) {
      const text = goldenOf(each);
      const runs = [...text.matchAll(/\d(?:[ -]?\d){12,18}/g)].map(([run]) => run.replaceAll(/[ -]/g, ''));
      expect(runs.filter(isCardNumber), each.name).toEqual([]);
      for (const language of each.languages)
        for (const line of text.split('\n').filter((one) => one.startsWith(WORDS.expiry[language])))
          expect(line).toMatch(/XX\/XX$/);
    }
  });

  it('never are wider than the paper', () => {
    for (const each of RECEIPT_CASES)
      for (const wish of wishesOf(each))
        for (const line of renderReceipt(someFacts(each.facts), wish).text.split('\n'))
          expect(displayWidth(line), `${each.name} ${wish.language}: ${line}`).toBeLessThanOrEqual(COLUMNS[wish.width]);
  });

  it('show the card company the first six and last four digits, everybody else the last four', () => {
    expect(textOf({}, { copy: 'issuer' })).toContain('3530 11** **** 0000');
    for (const copy of ['customer', 'merchant'] as const) {
      expect(textOf({}, { copy })).toContain('**** **** **** 0000');
      expect(textOf({}, { copy })).not.toContain('3530');
    }
  });

  it('have a line to sign on only when the signature is the proof, and only on what the shop keeps', () => {
    const line = '_'.repeat(32);
    for (const cvm of [
      'none',
      'signature',
      'offline_pin',
      'online_pin',
      'device',
      'offline_pin_and_signature',
      'approval',
      'failure',
      null,
    ] as const)
      for (const copy of ['customer', 'merchant', 'issuer'] as const) {
        const isSigned = cvm === 'signature' || cvm === 'offline_pin_and_signature';
        expect(textOf({ cvm }, { copy }).includes(line), `${cvm} ${copy}`).toBe(isSigned && copy !== 'customer');
      }
  });

  it('say when the holder signed on a tablet instead of asking for it again, and nothing of it to the customer', () => {
    const signedAt = new Date('2026-11-22T03:05:00.000Z');
    const signed = (cvm: ReceiptFacts['cvm'], copy: ReceiptWish['copy']) =>
      renderReceipt(someFacts({ cvm, signedAt }), { ...SALE, copy });
    for (const cvm of ['signature', 'none', 'online_pin', null] as const)
      for (const copy of ['merchant', 'issuer'] as const) {
        const { lines, text } = signed(cvm, copy);
        const line = lines.filter(({ type }) => type === 'signature');
        expect(line).toMatchObject([{ label: 'ご署名', text: '電子署名済 2026/11/22 12:05', state: 'signed' }]);
        expect(text).toContain('電子署名済 2026/11/22 12:05');
        expect([text.includes('__'), text.includes(WORDS.cvmNone.ja)]).toEqual([false, false]);
      }
    expect(signed('online_pin', 'merchant').text).toContain(WORDS.cvmPin.ja);
    expect(signed('signature', 'customer').text).not.toMatch(/署名/);
    const paper = renderReceipt(someFacts({ cvm: 'signature' }), { ...SALE, copy: 'merchant' }).lines;
    expect(paper.find(({ type }) => type === 'signature')).toMatchObject({ state: 'to_sign', text: null });
  });

  it('have a number of their own, and that of their sale when they give money back', () => {
    const refund = textOf({ kind: 'henpin', slipNo: '00043', originalSlipNo: '00042' });
    expect(refund).toMatch(/伝票番号 +00043\n元伝票番号 +00042\n/);
    expect(textOf({ kind: 'henpin', slipNo: null, originalSlipNo: '00042' })).not.toMatch(/^伝票番号/m);
  });

  it('say that nothing is known, big and in the language of the customer, and never that something was paid', () => {
    for (const language of TILL_LANGUAGES) {
      const { lines, text } = renderReceipt(someFacts({ kind: 'unknown', approvalCode: null }), { ...SALE, language });
      expect(lines.some((line) => line.type === 'mark' && line.text === WORDS.unknown[language])).toBe(true);
      expect(lines.map((line) => line.text)).toContain(WORDS.notKnown[language]);
      expect(text).not.toContain(WORDS.total[language]);
      expect(text).not.toContain(WORDS.notCharged[language]);
    }
  });

  it('say what goes back with a minus, and what a refused conversion says: nothing', () => {
    expect(textOf({ kind: 'henpin', amountMinor: 500 })).toContain('-¥500');
    expect(textOf({ kind: 'torikeshi' })).toContain('-¥1,500');
    expect(textOf({})).not.toContain('DCC');
  });

  it('hide codes of the issuer and its words to the clerk from the customer', () => {
    const facts = {
      kind: 'declined',
      decline: { customer: WORDS.keep, cashier: WORDS.agree, code: '209' },
      issuerMessage: 'ﾄｳﾅﾝ',
    } as const;
    expect(textOf(facts, { copy: 'customer' })).not.toMatch(/209|ﾄｳﾅﾝ/);
    expect(textOf(facts, { copy: 'merchant' })).toMatch(/209[\s\S]*ﾄｳﾅﾝ/);
  });
});
