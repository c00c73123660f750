/** The part of fontkit that this house uses. */
declare module 'fontkit' {
  export interface OpenFont {
    readonly postscriptName: string;
    hasGlyphForCodePoint(codePoint: number): boolean;
  }
  export function create(bytes: Uint8Array): OpenFont;
}

/** The part of pdfkit that this house uses; sizes in points. */
declare module 'pdfkit' {
  import type { OpenFont } from 'fontkit';

  export interface PdfOptions {
    readonly size: readonly [number, number];
    readonly margin: number;
    readonly font: OpenFont;
    readonly lang?: string;
    readonly displayTitle?: boolean;
    readonly info?: Readonly<Record<string, string | Date>>;
  }

  export default class PDFDocument {
    constructor(options: PdfOptions);
    addPage(): this;
    font(source: OpenFont): this;
    fontSize(points: number): this;
    widthOfString(text: string): number;
    text(text: string, x: number, y: number, options: { lineBreak: false }): this;
    image(
      file: Buffer,
      x: number,
      y: number,
      options: { fit: readonly [number, number]; align: 'center'; valign: 'bottom' },
    ): this;
    lineWidth(points: number): this;
    moveTo(x: number, y: number): this;
    lineTo(x: number, y: number): this;
    rect(x: number, y: number, width: number, height: number): this;
    stroke(): this;
    dash(points: number): this;
    undash(): this;
    on(event: 'data', listener: (chunk: Buffer) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    end(): void;
  }
}
