import { beforeAll, describe, expect, it } from 'vitest';
import { TILL_LANGUAGES, type TillLanguage } from '@tsunagu/kernel';
import type { ReceiptFacts, ReceiptLine, ReceiptWish } from '../receipt-facts.js';
import { renderReceipt, renderReceiptPdf } from '../receipt.js';
import { readSignature } from '../signature/signature-picture.js';
import { aSignature } from '../testing/make-png.js';
import { readPdf } from '../testing/read-pdf.js';
import { RECEIPT_CASES, someFacts } from '../testing/receipt-cases.js';
import { WORDS } from '../words/receipt-words.js';
import { fontRuns, loadPress, mainFont, newPdf } from './fonts.js';

const MAIN_FACE: Readonly<Record<TillLanguage, string>> = {
  ja: 'NotoSansJP',
  en: 'NotoSansJP',
  'zh-Hans': 'NotoSansSC',
  'zh-Hant': 'NotoSansTC',
  ko: 'NotoSansKR',
};

const wish = (language: TillLanguage): ReceiptWish => ({ copy: 'merchant', language, width: 58, isReprint: false });
const bare = (text: string): string => text.replaceAll(/\s/g, '');
const said = (lines: readonly ReceiptLine[]): string =>
  bare(lines.map(({ label, text }) => `${label ?? ''}${text ?? ''}`).join(''));

async function read(facts: Partial<ReceiptFacts>, language: TillLanguage) {
  return readPdf(await renderReceiptPdf(someFacts(facts), wish(language)));
}

beforeAll(loadPress);

describe('a slip as a PDF', { timeout: 30_000 }, () => {
  it.each(TILL_LANGUAGES)('says in %s what the printed slip says, with its fonts inside', async (language) => {
    const names = ['dcc-sale', 'unionpay-sale', 'declined', 'sale-rare-names'];
    for (const { name, facts } of RECEIPT_CASES.filter((each) => names.includes(each.name))) {
      const pdf = await read(facts, language);
      expect(bare(pdf.text), `${name} ${language}`).toBe(said(renderReceipt(someFacts(facts), wish(language)).lines));
      expect(pdf.pages).toBe(1);
      expect(pdf.fonts.map((font) => font.name).join(' ')).toContain(MAIN_FACE[language]);
      for (const font of pdf.fonts) expect(font.programBytes, font.name).toBeGreaterThan(300);
    }
  });

  it('shows the signature of the holder on its line, and the same slip without one has no picture', async () => {
    const { png } = await readSignature(aSignature(240, 80));
    const signed = someFacts({ cvm: 'signature', signedAt: new Date('2026-11-22T03:05:00.000Z') });
    const images = (file: Buffer) => file.toString('latin1').match(/\/Subtype \/Image/g)?.length ?? 0;
    const file = await renderReceiptPdf(signed, wish('ja'), png);
    expect([images(file), images(await renderReceiptPdf(signed, wish('ja')))]).toEqual([1, 0]);
    const customer = await renderReceiptPdf(signed, { ...wish('ja'), copy: 'customer' }, png);
    expect(images(customer)).toBe(0);
    expect(bare(readPdf(file).text)).toBe(said(renderReceipt(signed, wish('ja')).lines));
    expect(readPdf(file).text).toContain('電子署名済 2026/11/22 12:05');
  });

  it('embeds only the glyphs that it draws: a file of some kilobytes, made of fonts of megabytes', async () => {
    for (const language of TILL_LANGUAGES)
      expect((await renderReceiptPdf(someFacts(), wish(language))).length).toBeLessThan(40_000);
  });

  it('keeps a value of wide capitals clear of its label, and on the paper', async () => {
    const label = 'MASTERCARD GOLD';
    const { pieces } = await read({ chip: { aid: null, label, tags: {} }, slipNo: 'W'.repeat(20) }, 'ja');
    const ruler = newPdf({ size: [200, 200], margin: 0, font: mainFont('ja') });
    for (const [value, word] of [
      [label, WORDS.application.ja],
      ['W'.repeat(20), WORDS.slipNo.ja],
    ] as const) {
      const at = pieces.findIndex(({ text }) => text === value);
      const [before, after] = [pieces[at - 1]!, pieces[at]!];
      expect(before.text).toBe(word);
      const end = (piece: typeof after) => piece.x + ruler.fontSize(piece.size).widthOfString(piece.text);
      expect(end(before)).toBeLessThan(after.x);
      expect(end(after)).toBeLessThan(157);
    }
  });

  it('draws rare kanji, simplified and traditional characters and hangul on one line, each by a face that has it', () => {
    for (const language of TILL_LANGUAGES) {
      const runs = fontRuns('𠮷野家 髙﨑 渡邉 塡 龙凤 龍鳳 한국관 ¥1,500', language);
      for (const { font, text } of runs)
        for (const char of text) expect(font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0), char).toBe(true);
    }
  });

  it('has a glyph for every character of every word in the face of its language', () => {
    for (const language of TILL_LANGUAGES)
      for (const [word, wording] of Object.entries(WORDS)) {
        const faces = new Set(
          fontRuns(wording[language], language).map(({ font }) => font.postscriptName.split('-')[0]),
        );
        expect([...faces], `${word} ${language}`).toEqual([MAIN_FACE[language]]);
      }
  });
});
