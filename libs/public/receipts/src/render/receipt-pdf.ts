import type { TillLanguage } from '@tsunagu/kernel';
import type PDFDocument from 'pdfkit';
import type { ReceiptLine, ReceiptWidth } from '../receipt-facts.js';
import { wrapText, displayWidth } from './display-width.js';
import { fontRuns, loadPress, mainFont, newPdf } from './fonts.js';
import { COLUMNS } from './receipt-text.js';

const POINTS_PER_MM = 72 / 25.4;
const MARGIN_MM = 3;
/** Height of a line in times its letters. */
const LEADING = 1.45;
const LARGE = 1.25;

export interface PdfFacts {
  readonly lines: readonly ReceiptLine[];
  readonly width: ReceiptWidth;
  readonly language: TillLanguage;
  readonly title: string;
  readonly madeAt: Date;
  /** PNG; left out: a signed line says so in words alone. */
  readonly signature?: Uint8Array;
}

/** One piece of text at its place; `y` from the top. */
interface Piece {
  readonly text: string;
  readonly size: number;
  readonly align: 'left' | 'center' | 'right';
  readonly y: number;
  /** Stands on the left of the same line; a text on the right stays clear of it. */
  readonly beside?: { readonly text: string; readonly size: number };
}

interface Stroke {
  readonly kind: 'rule' | 'line' | 'frame';
  readonly y: number;
  readonly height: number;
}

/** What stands where, before a page exists: the height of the paper follows from it. */
class Layout {
  readonly pieces: Piece[] = [];
  readonly strokes: Stroke[] = [];
  /** Where signatures are drawn, above their line. */
  readonly signed: { readonly y: number; readonly height: number }[] = [];
  y: number;

  constructor(
    readonly columns: number,
    readonly em: number,
    margin: number,
  ) {
    this.y = margin;
  }

  put(text: string, size: number, align: Piece['align'], beside?: Piece['beside']): void {
    this.pieces.push({ text, size, align, y: this.y, ...(beside === undefined ? {} : { beside }) });
  }

  feed(size: number): void {
    this.y += size * LEADING;
  }
}

/**
 * A slip as a PDF of one page, as long as it needs: the same lines as on the printer, with every font embedded (subset).
 * @returns bytes of the file
 */
export async function receiptPdf(facts: PdfFacts): Promise<Buffer> {
  await loadPress();
  const widthPoints = facts.width * POINTS_PER_MM;
  const margin = MARGIN_MM * POINTS_PER_MM;
  const columns = COLUMNS[facts.width];
  const layout = new Layout(columns, ((widthPoints - 2 * margin) / columns) * 2, margin);
  for (const line of facts.lines) place(layout, line);
  const document = newPdf({
    size: [widthPoints, layout.y + margin],
    margin: 0,
    font: mainFont(facts.language),
    lang: facts.language,
    displayTitle: true,
    info: {
      Title: facts.title,
      Producer: 'Tsunagu',
      Creator: 'Tsunagu',
      CreationDate: facts.madeAt,
      ModDate: facts.madeAt,
    },
  });
  const frame = { left: margin, right: widthPoints - margin };
  for (const stroke of layout.strokes) drawStroke(document, stroke, frame);
  if (facts.signature !== undefined)
    for (const place of layout.signed) drawSignature(document, Buffer.from(facts.signature), { ...frame, ...place });
  for (const piece of layout.pieces) drawPiece(document, piece, { ...frame, language: facts.language });
  return finished(document);
}

function place(layout: Layout, line: ReceiptLine): void {
  const size = line.size === 'large' ? layout.em * LARGE : layout.em;
  const columns = line.size === 'large' ? Math.floor(layout.columns / LARGE) : layout.columns;
  switch (line.type) {
    case 'rule':
      layout.strokes.push({ kind: 'rule', y: layout.y + layout.em / 2, height: 0 });
      layout.feed(layout.em * 0.7);
      return;
    case 'space':
      layout.feed(layout.em * 0.7);
      return;
    case 'text':
      return placeText(layout, wrapText(line.text ?? '', columns), { size, align: line.align });
    case 'pair':
      return placePair(layout, line, { size, columns });
    case 'mark':
      return placeMark(layout, wrapText(line.text ?? '', columns - 4), size);
    case 'signature':
      return placeSignature(layout, line);
  }
}

/** The label, room for the signature, the line; below it when it was signed. */
function placeSignature(layout: Layout, line: ReceiptLine): void {
  layout.put(line.label ?? '', layout.em, 'left');
  layout.feed(layout.em);
  const height = layout.em * (line.state === 'signed' ? 5 : 3.5);
  if (line.state === 'signed') layout.signed.push({ y: layout.y, height });
  layout.y += height;
  layout.strokes.push({ kind: 'line', y: layout.y, height: 0 });
  layout.feed(layout.em * 0.5);
  if (line.state === 'signed')
    placeText(layout, wrapText(line.text ?? '', layout.columns), { size: layout.em, align: 'center' });
}

function placeText(layout: Layout, parts: readonly string[], style: { size: number; align: Piece['align'] }): void {
  for (const part of parts) {
    layout.put(part, style.size, style.align);
    layout.feed(style.size);
  }
}

/** As on the printer: label left, value right, below each other where they do not fit side by side. */
function placePair(layout: Layout, line: ReceiptLine, { size, columns }: { size: number; columns: number }): void {
  const [label, value] = [line.label ?? '', line.text ?? ''];
  if (displayWidth(label) + displayWidth(value) + 1 <= columns) {
    layout.put(label, layout.em, 'left');
    layout.put(value, size, 'right', { text: label, size: layout.em });
    layout.feed(size);
    return;
  }
  placeText(layout, wrapText(label, layout.columns), { size: layout.em, align: 'left' });
  placeText(layout, wrapText(value, columns), { size, align: 'right' });
}

function placeMark(layout: Layout, parts: readonly string[], size: number): void {
  const top = layout.y;
  layout.y += size * 0.4;
  placeText(layout, parts, { size, align: 'center' });
  layout.y += size * 0.2;
  layout.strokes.push({ kind: 'frame', y: top, height: layout.y - top });
  layout.y += size * 0.4;
}

interface Frame {
  readonly left: number;
  readonly right: number;
}

/** As large as its place lets it be, upright and in the middle. */
function drawSignature(
  document: PDFDocument,
  png: Buffer,
  { left, right, y, height }: Frame & { y: number; height: number },
): void {
  document.image(png, left, y, { fit: [right - left, height], align: 'center', valign: 'bottom' });
}

function drawStroke(document: PDFDocument, { kind, y, height }: Stroke, { left, right }: Frame): void {
  if (kind === 'frame')
    return void document
      .lineWidth(1.5)
      .rect(left, y, right - left, height)
      .stroke();
  document.lineWidth(0.5);
  if (kind === 'rule') document.dash(1.5);
  document.moveTo(left, y).lineTo(right, y).stroke();
  if (kind === 'rule') document.undash();
}

function drawPiece(document: PDFDocument, piece: Piece, frame: Frame & { readonly language: TillLanguage }): void {
  const space = frame.right - frame.left;
  const runs = measured(document, piece, frame.language);
  const width = widthOf(runs);
  const { beside } = piece;
  const taken = beside === undefined ? 0 : widthOf(measured(document, beside, frame.language)) + beside.size / 2;
  // Columns are those of the printer; a row of wide capitals needs more in this font and is written smaller.
  const scale = Math.min(1, (space - taken) / width);
  const shift = { left: 0, center: (space - width * scale) / 2, right: space - width * scale }[piece.align];
  let x = frame.left + shift;
  for (const run of runs) {
    document
      .font(run.font)
      .fontSize(piece.size * scale)
      .text(run.text, x, piece.y, { lineBreak: false });
    x += run.width * scale;
  }
}

const widthOf = (runs: readonly { readonly width: number }[]): number => runs.reduce((sum, run) => sum + run.width, 0);

function measured(document: PDFDocument, { text, size }: Pick<Piece, 'text' | 'size'>, language: TillLanguage) {
  return fontRuns(text, language).map((run) => ({
    ...run,
    width: document.font(run.font).fontSize(size).widthOfString(run.text),
  }));
}

/** Bytes of a document that is drawn. */
export function finished(document: PDFDocument): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    document.on('data', (chunk) => chunks.push(chunk));
    document.on('end', () => done(Buffer.concat(chunks)));
    document.on('error', fail);
    document.end();
  });
}
