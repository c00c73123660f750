import type { TillLanguage } from '@tsunagu/kernel';
import type PDFDocument from 'pdfkit';
import { wrapText } from './display-width.js';
import { fontRuns, loadPress, mainFont, newPdf } from './fonts.js';
import { finished } from './receipt-pdf.js';

/** One piece of a document, from top to bottom. `language` chooses the letters; left out: that of the document. */
export type DocumentBlock =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'pair'; readonly label: string; readonly value: string }
  | { readonly type: 'text'; readonly text: string; readonly language?: TillLanguage };

export interface DocumentFacts {
  readonly title: string;
  readonly language: TillLanguage;
  readonly madeAt: Date;
  /** At the foot of every page. */
  readonly footer: string;
  readonly blocks: readonly DocumentBlock[];
}

/** A4, in points. */
const PAGE = { width: 595, height: 842, margin: 48 };
const SIZE = 9;
const LEADING = 1.5;
/** Half-width columns of a line, and of the label of a pair. */
const COLUMNS = Math.floor((PAGE.width - 2 * PAGE.margin) / (SIZE / 2)) - 2;
const LABEL_COLUMNS = 40;
const FOOT_HEIGHT = 24;

interface Line {
  readonly text: string;
  readonly x: number;
  readonly size: number;
  readonly language: TillLanguage;
  /** Stands beside the line before it. */
  readonly isBeside?: boolean;
}

/**
 * A document of as many A4 pages as it needs, in all five languages, with every font embedded (subset).
 * @returns bytes of the file
 */
export async function renderDocumentPdf(facts: DocumentFacts): Promise<Buffer> {
  await loadPress();
  const { title, language, madeAt } = facts;
  const document = newPdf({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    font: mainFont(language),
    lang: language,
    displayTitle: true,
    info: { Title: title, Producer: 'Tsunagu', Creator: 'Tsunagu', CreationDate: madeAt, ModDate: madeAt },
  });
  const pages = paginate([...titleLines(facts), ...facts.blocks.flatMap((block) => linesOf(block, language))]);
  pages.forEach((lines, at) => {
    if (at > 0) document.addPage();
    for (const { y, ...line } of lines) draw(document, line, y);
    const foot = { text: `${facts.footer} · ${at + 1}/${pages.length}`, x: PAGE.margin, size: 7, language };
    draw(document, foot, PAGE.height - PAGE.margin);
  });
  return finished(document);
}

function titleLines({ title, language }: DocumentFacts): Line[] {
  return [{ text: title, x: PAGE.margin, size: 14, language }];
}

function linesOf(block: DocumentBlock, language: TillLanguage): Line[] {
  const line = (text: string, x = PAGE.margin, size = SIZE) => ({ text, x, size, language });
  switch (block.type) {
    case 'heading':
      return [line(''), line(block.text, PAGE.margin, 11)];
    case 'text':
      return block.text
        .split('\n')
        .flatMap((text) => wrapText(text, COLUMNS))
        .map((text) => ({ ...line(text), language: block.language ?? language }));
    case 'pair': {
      const x = PAGE.margin + LABEL_COLUMNS * (SIZE / 2);
      const values = wrapText(block.value, COLUMNS - LABEL_COLUMNS);
      return [line(block.label), ...values.map((text, at) => ({ ...line(text, x), isBeside: at === 0 }))];
    }
  }
}

function paginate(lines: readonly Line[]): (Line & { readonly y: number })[][] {
  const pages: (Line & { readonly y: number })[][] = [[]];
  let y = PAGE.margin;
  let lastHeight = 0;
  for (const line of lines) {
    const height = line.size * LEADING;
    if (line.isBeside === true) y -= lastHeight;
    else if (y + height > PAGE.height - PAGE.margin - FOOT_HEIGHT) {
      pages.push([]);
      y = PAGE.margin;
    }
    pages.at(-1)?.push({ ...line, y });
    y += height;
    lastHeight = height;
  }
  return pages;
}

function draw(document: PDFDocument, { text, x, size, language }: Line, y: number): void {
  let at = x;
  for (const run of fontRuns(text, language)) {
    document.font(run.font).fontSize(size);
    const width = document.widthOfString(run.text);
    document.text(run.text, at, y, { lineBreak: false });
    at += width;
  }
}
