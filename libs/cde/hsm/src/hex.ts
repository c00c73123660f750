/** Upper-case hex, as keys and vectors are written; for specs. */
export function hexOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
