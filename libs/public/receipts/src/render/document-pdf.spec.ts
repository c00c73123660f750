import { describe, expect, it } from 'vitest';
import { readPdf } from '../testing/read-pdf.js';
import { renderDocumentPdf, type DocumentBlock } from './document-pdf.js';

const AT = new Date('2026-11-23T01:00:00Z');
const render = async (blocks: readonly DocumentBlock[]) =>
  readPdf(await renderDocumentPdf({ title: '証跡 Evidence', language: 'ja', madeAt: AT, footer: 'pay_1', blocks }));

describe('a document', () => {
  it('says every block in the letters of its language, with the fonts inside', async () => {
    const { text, pages, fonts } = await render([
      { type: 'heading', text: '提示 Offer' },
      { type: 'pair', label: '為替レート Rate', value: 'JPY 1 = USD 0.0067123' },
      { type: 'text', text: '请选择付款货币。', language: 'zh-Hans' },
      { type: 'text', text: '결제 통화를 선택해 주십시오.', language: 'ko' },
    ]);
    for (const words of [
      '証跡 Evidence',
      '提示 Offer',
      'JPY 1 = USD 0.0067123',
      '请选择付款货币。',
      '결제 통화를',
      'pay_1 · 1/1',
    ])
      expect(text).toContain(words);
    expect(pages).toBe(1);
    expect(fonts.every(({ programBytes }) => programBytes > 0)).toBe(true);
  });

  it('takes as many pages as it needs, and numbers them', async () => {
    const { text, pages } = await render(Array.from({ length: 80 }, (_, at) => ({ type: 'text', text: `line ${at}` })));
    expect(pages).toBe(2);
    for (const words of ['line 0', 'line 79', '2/2']) expect(text).toContain(words);
  });
});
