import { inflateSync } from 'node:zlib';

/** A PDF as a reader sees it: what its pages say, and which fonts lie inside. */
export interface ReadPdf {
  readonly text: string;
  readonly pages: number;
  /** Runs of one font in the order in which they are drawn, points from the left and from the bottom. */
  readonly pieces: readonly PdfPiece[];
  /** Name of each font with the bytes of its embedded program. */
  readonly fonts: readonly { readonly name: string; readonly programBytes: number }[];
}

interface PdfPiece {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly text: string;
}

interface PdfObject {
  readonly head: string;
  readonly stream: Buffer | null;
}

/** For specs: read a PDF that pdfkit wrote. Knows only what such a file has: plain objects, Flate streams, Type 0 fonts with ToUnicode. */
export function readPdf(bytes: Buffer): ReadPdf {
  const objects = objectsOf(bytes);
  const all = [...objects.values()];
  const composites = all.filter(({ head }) => /\/Subtype \/Type0/.test(head));
  const names = new Map<string, Map<string, string>>();
  for (const { head } of all)
    for (const [, name = '', id = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? '')?.[1];
      if (unicode !== undefined) names.set(name, characterMap(objects.get(unicode)));
    }
  const pieces = all.filter(({ stream }) => stream?.includes(' Tf')).flatMap(({ stream }) => piecesOf(stream, names));
  return {
    text: pieces.map(({ text }) => text).join(''),
    pieces,
    pages: all.filter(({ head }) => /\/Type \/Page\b(?!s)/.test(head)).length,
    fonts: composites.map(({ head }) => fontOf(head, objects)),
  }; // prettier-ignore
}

function objectsOf(bytes: Buffer): Map<string, PdfObject> {
  const text = bytes.toString('latin1');
  const found = new Map<string, PdfObject>();
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)(?:stream\n|endobj)/g)) {
    const [whole, id = '', head = ''] = match;
    const length = /\/Length (\d+)/.exec(head)?.[1];
    const at = match.index + whole.length;
    const raw = whole.endsWith('stream\n') && length !== undefined ? bytes.subarray(at, at + Number(length)) : null;
    found.set(id, { head, stream: raw !== null && head.includes('/FlateDecode') ? inflateSync(raw) : raw });
  }
  return found;
}

/** Glyph (four hex digits) to text. */
function characterMap(object: PdfObject | undefined): Map<string, string> {
  const map = new Map<string, string>();
  for (const [, from = '', list = ''] of (object?.stream?.toString('latin1') ?? '').matchAll(
    /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi,
  )) {
    let glyph = Number.parseInt(from, 16);
    for (const [, hex = ''] of list.matchAll(/<([0-9a-f ]*)>/gi)) {
      const units = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      map.set(glyph.toString(16).padStart(4, '0'), units.swap16().toString('utf16le'));
      glyph += 1;
    }
  }
  return map;
}

function piecesOf(stream: Buffer | null, names: ReadonlyMap<string, ReadonlyMap<string, string>>): PdfPiece[] {
  let map: ReadonlyMap<string, string> | undefined;
  let [x, y, size] = [0, 0, 0];
  const pieces: PdfPiece[] = [];
  const marks = /1 0 0 1 ([\d.]+) ([\d.]+) Tm|\/(F\d+) ([\d.]+) Tf|\[([^\]]*)\] TJ/g;
  for (const [, left, bottom, name, points, row] of (stream?.toString('latin1') ?? '').matchAll(marks)) {
    if (left !== undefined) [x, y] = [Number(left), Number(bottom)];
    else if (name !== undefined) [map, size] = [names.get(name), Number(points)];
    else pieces.push({ x, y, size, text: textOf(row ?? '', map) });
  }
  return pieces;
}

/** A row has pauses between its glyphs where the font closes or opens a gap. */
function textOf(row: string, map: ReadonlyMap<string, string> | undefined): string {
  const hex = [...row.matchAll(/<([0-9a-f]*)>/gi)].map(([, glyphs = '']) => glyphs).join('');
  return [...hex.matchAll(/.{4}/g)].map(([glyph]) => map?.get(glyph.toLowerCase()) ?? '\u{fffd}').join('');
}

function fontOf(head: string, objects: ReadonlyMap<string, PdfObject>): ReadPdf['fonts'][number] {
  const refer = (object: PdfObject | undefined, pattern: RegExp) =>
    objects.get(pattern.exec(object?.head ?? '')?.[1] ?? '');
  const descendant = refer({ head, stream: null }, /\/DescendantFonts \[(\d+) 0 R\]/);
  const descriptor = refer(descendant, /\/FontDescriptor (\d+) 0 R/);
  const program = refer(descriptor, /\/FontFile[23]? (\d+) 0 R/);
  return { name: /\/BaseFont \/(\S+)/.exec(head)?.[1] ?? '', programBytes: program?.stream?.length ?? 0 };
}
