import { ecbEncrypt } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import { withOddParity } from './icc-master-key.js';

/** `none` uses the card's master key itself, `emv-common` is EMV CSK, `mastercard` is Mastercard SKD (M/Chip). */
export type SessionMethod = 'none' | 'emv-common' | 'mastercard';

const ATC_BYTES = 2;
const UN_BYTES = 4;
/** Third byte of the derivation data of the left and the right half. */
const HALVES = [0xf0, 0x0f] as const;

/**
 * Session key of one transaction, odd parity; always a copy, wiped by the caller.
 * @param counter ATC (2 bytes) and, for `mastercard`, the unpredictable number (4 bytes)
 * @throws HsmError `format` a part is missing or has a wrong length
 * @source EMV Book 2 A1.3.1 (common session key); M/Chip session key derivation
 */
export function sessionKey(
  iccKey: Buffer,
  method: SessionMethod,
  counter: { readonly atc: Buffer; readonly un?: Buffer },
): Buffer {
  if (method === 'none') return Buffer.from(iccKey);
  const isWhole = counter.atc.length === ATC_BYTES && (method === 'emv-common' || counter.un?.length === UN_BYTES);
  if (!isWhole) throw new HsmError('format', 'the counter or the unpredictable number has a wrong length');
  const input = Buffer.alloc(16);
  for (const [half, marker] of HALVES.entries()) {
    counter.atc.copy(input, half * 8);
    input[half * 8 + 2] = marker;
    if (method === 'mastercard') counter.un!.copy(input, half * 8 + 4);
  }
  return withOddParity(ecbEncrypt('TDES', iccKey, input));
}
