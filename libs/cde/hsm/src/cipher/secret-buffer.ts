/**
 * Zeroed bytes for keys, PINs and card data. V8 keeps small typed arrays of `Buffer.alloc` inside its moving heap, and the
 * garbage collector leaves copies behind that nobody can wipe; pool memory of `allocUnsafe` stays where it is.
 * @param lengthBytes size in bytes
 */
export function secretBuffer(lengthBytes: number): Buffer {
  return Buffer.allocUnsafe(lengthBytes).fill(0);
}
