import { createHash } from 'node:crypto';
import { PictureError } from './picture-error.js';
import { readPng, type GrayPicture } from './png-reader.js';
import { writePng } from './png-writer.js';

/** Largest signature, in bytes of its file: as it comes, and as we write it. @source api-conventions.md §5 */
export const SIGNATURE_BYTES_MAX = 200 * 1_024;

/** A signature that we wrote ourselves: of what was sent nothing is left but the pixels. */
export interface SignaturePicture {
  /** Eight-bit gray on white, no metadata. */
  readonly png: Buffer;
  /** SHA-256 of the pixels, lower-case hex: width and height (four bytes each, big-endian), then one byte a pixel from the top left. */
  readonly sha256: string;
}

/**
 * Open the picture of a signature and write it anew. What the sender calls it does not matter: its first bytes and its pixels do.
 * The digest is of the pixels, so that every file that shows the same picture is the same signature, whoever compressed it.
 * @param file a PNG of at most {@link SIGNATURE_BYTES_MAX} bytes, of 1,048,576 pixels at most, no edge longer than 4,096
 * @throws PictureError `file_rejected`, with `file_fault`
 */
export async function readSignature(file: Buffer): Promise<SignaturePicture> {
  if (file.length > SIGNATURE_BYTES_MAX) throw new PictureError('too_many_bytes');
  const picture = await readPng(file);
  const png = await writePng(picture);
  if (png.length > SIGNATURE_BYTES_MAX) throw new PictureError('too_complex');
  return { png, sha256: digestOf(picture) };
}

function digestOf({ width, height, tones }: GrayPicture): string {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return createHash('sha256').update(size).update(tones).digest('hex');
}
