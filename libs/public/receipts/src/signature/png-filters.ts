import { PictureError } from './picture-error.js';

/** A row that still wears its filter, and the row above it that does not. */
export interface FilteredRow {
  readonly line: Buffer;
  readonly above: Buffer;
  /** Bytes of one pixel, 1 at least: so far to the left its neighbour lies. */
  readonly pixelBytes: number;
}

/** Take the filter off one row, in place. @throws PictureError `broken` there is no such filter. @source PNG (third edition), 9.2 */
export function unfilter(filter: number, row: FilteredRow): void {
  const undo = UNDO[filter];
  if (undo === undefined) throw new PictureError('broken');
  undo(row);
}

/** One loop each, without calls inside: a picture has a million pixels. */
const UNDO: readonly ((row: FilteredRow) => void)[] = [() => undefined, left, up, average, paeth];

function left({ line, pixelBytes }: FilteredRow): void {
  for (let at = pixelBytes; at < line.length; at += 1) line[at] = line[at]! + line[at - pixelBytes]!;
}

function up({ line, above }: FilteredRow): void {
  for (let at = 0; at < line.length; at += 1) line[at] = line[at]! + above[at]!;
}

function average({ line, above, pixelBytes }: FilteredRow): void {
  for (let at = 0; at < line.length; at += 1) {
    const before = at < pixelBytes ? 0 : line[at - pixelBytes]!;
    line[at] = line[at]! + ((before + above[at]!) >> 1);
  }
}

function paeth({ line, above, pixelBytes }: FilteredRow): void {
  for (let at = 0; at < line.length; at += 1) {
    const before = at < pixelBytes ? 0 : line[at - pixelBytes]!;
    const corner = at < pixelBytes ? 0 : above[at - pixelBytes]!;
    const over = above[at]!;
    const byBefore = Math.abs(over - corner);
    const byOver = Math.abs(before - corner);
    const byCorner = Math.abs(before + over - 2 * corner);
    const nearest = byBefore <= byOver && byBefore <= byCorner ? before : byOver <= byCorner ? over : corner;
    line[at] = line[at]! + nearest;
  }
}
