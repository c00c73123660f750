import { cbcEncrypt, ecbEncrypt } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import { HsmError } from '../provider/hsm-error.js';

/** The smallest domain that rev. 1 allows: six decimal digits. */
const DOMAIN_MIN = 1_000_000;
const RADIX_MAX = 256;
const LENGTH_MAX = 256;
const TWEAK_BYTES_MAX = 256;
const ROUNDS = 10;
const BLOCK = 16;

/**
 * Format-preserving encryption, for test data and exchange formats of partners only: card tokens are random values of the vault.
 *
 * @param key AES, 16, 24 or 32 bytes
 * @param tweak 0 to 256 bytes, not secret
 * @param radix 2 to 256
 * @param numerals values below `radix`, one a byte; radix^length at least 1,000,000 (never fewer than six decimal digits)
 * @returns as many numerals
 * @throws HsmError `format` outside of these limits
 * @source NIST SP 800-38G section 5, limits of its revision 1
 */
export function ff1Encrypt(key: Buffer, tweak: Buffer, radix: number, numerals: Buffer): Buffer {
  return new Ff1(key, tweak, radix, numerals.length).run(numerals, 'encrypt');
}

/** The way back. @throws HsmError as {@link ff1Encrypt} */
export function ff1Decrypt(key: Buffer, tweak: Buffer, radix: number, numerals: Buffer): Buffer {
  return new Ff1(key, tweak, radix, numerals.length).run(numerals, 'decrypt');
}

/** One key, tweak and length. Names of variables are those of the standard. */
class Ff1 {
  readonly #u: number;
  readonly #v: number;
  readonly #b: number;
  readonly #d: number;
  /** P ‖ tweak ‖ zeros ‖ round ‖ b bytes: only the last part changes. */
  readonly #message: Buffer;

  constructor(
    private readonly key: Buffer,
    tweak: Buffer,
    private readonly radix: number,
    length: number,
  ) {
    checkLimits(radix, length, tweak.length);
    this.#u = Math.floor(length / 2);
    this.#v = length - this.#u;
    this.#b = bytesOfDomain(radix, this.#v);
    this.#d = 4 * Math.ceil(this.#b / 4) + 4;
    const q = Math.ceil((tweak.length + 1 + this.#b) / BLOCK) * BLOCK;
    this.#message = secretBuffer(BLOCK + q);
    this.#message.set([1, 2, 1, 0, radix >> 8, radix & 0xff, ROUNDS, this.#u & 0xff]);
    this.#message.writeUInt32BE(length, 8);
    this.#message.writeUInt32BE(tweak.length, 12);
    tweak.copy(this.#message, BLOCK);
  }

  run(numerals: Buffer, direction: 'encrypt' | 'decrypt'): Buffer {
    if (numerals.some((numeral) => numeral >= this.radix))
      throw new HsmError('format', 'a numeral is outside the radix');
    const out = secretBuffer(numerals.length);
    numerals.copy(out);
    const [left, right] = [out.subarray(0, this.#u), out.subarray(this.#u)];
    // Halves of odd lengths swap places each round: the even rounds change the first u numerals, the odd ones the last v.
    for (let i = 0; i < ROUNDS; i += 1) {
      const round = direction === 'encrypt' ? i : ROUNDS - 1 - i;
      const [target, source] = round % 2 === 0 ? [left, right] : [right, left];
      this.#round(round, target, source, direction === 'encrypt' ? 1 : -1);
    }
    this.#message.fill(0);
    return out;
  }

  /** target = target ± NUM(F(round, source)) modulo radix^length(target). */
  #round(round: number, target: Buffer, source: Buffer, sign: 1 | -1): void {
    const number = this.#message.subarray(this.#message.length - this.#b);
    this.#message[this.#message.length - this.#b - 1] = round;
    toNumber(source, this.radix, number);
    const y = this.#expand(this.#prf());
    let carry = 0;
    for (let i = target.length - 1; i >= 0; i -= 1) {
      const sum = target[i]! + sign * (divide(y, this.radix) + carry);
      carry = sum < 0 || sum >= this.radix ? 1 : 0;
      target[i] = sum < 0 ? sum + this.radix : sum % this.radix;
    }
    y.fill(0);
  }

  #prf(): Buffer {
    const chain = cbcEncrypt('AES', this.key, Buffer.alloc(BLOCK), this.#message);
    return chain.subarray(chain.length - BLOCK);
  }

  /** First d bytes of R ‖ E(R xor 1) ‖ E(R xor 2) … */
  #expand(r: Buffer): Buffer {
    const blocks = Math.ceil(this.#d / BLOCK);
    const input = secretBuffer(blocks * BLOCK);
    for (let j = 1; j < blocks; j += 1) {
      r.copy(input, j * BLOCK);
      input.writeUInt32BE((input.readUInt32BE(j * BLOCK + 12) ^ j) >>> 0, j * BLOCK + 12);
    }
    const out = ecbEncrypt('AES', this.key, input);
    r.copy(out, 0);
    return out.subarray(0, this.#d);
  }
}

function checkLimits(radix: number, length: number, tweakBytes: number): void {
  const isRadix = Number.isInteger(radix) && radix >= 2 && radix <= RADIX_MAX;
  const isDomain = isRadix && length >= 2 && length <= LENGTH_MAX && radix ** length >= DOMAIN_MIN;
  if (!isDomain || tweakBytes > TWEAK_BYTES_MAX) {
    throw new HsmError(
      'format',
      'FF1 needs a radix of 2 to 256, a domain of at least a million values, and a short tweak',
    );
  }
}

/** Bytes that hold every number of `numerals` digits: ceil(ceil(v · log2(radix)) / 8), exactly. */
function bytesOfDomain(radix: number, numerals: number): number {
  return Math.ceil((BigInt(radix) ** BigInt(numerals) - 1n).toString(2).length / 8);
}

/** Write the number that the numerals stand for, big-endian, into all of `out`. */
function toNumber(numerals: Buffer, radix: number, out: Buffer): void {
  out.fill(0);
  for (const numeral of numerals) {
    let carry = numeral;
    for (let i = out.length - 1; i >= 0; i -= 1) {
      carry += out[i]! * radix;
      out[i] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** Divide a big-endian number in place. @returns the remainder */
function divide(number: Buffer, divisor: number): number {
  let rest = 0;
  for (let i = 0; i < number.length; i += 1) {
    const value = rest * 256 + number[i]!;
    number[i] = Math.floor(value / divisor);
    rest = value % divisor;
  }
  return rest;
}
