import { timingSafeEqual } from 'node:crypto';
import type { Handle, Mechanism } from 'pkcs11js';
import { checkInput, type CipherInput } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import { HsmError } from '../provider/hsm-error.js';
import type { CipherMode, MacAlg } from '../provider/hsm-provider.js';
import type { Constants } from './cryptoki-library.js';
import { RV, rvOf } from './token-error.js';
import type { TokenRequest } from './token-link.js';

const TAG_BYTES = 16;

/** Encrypt with a key that may. In GCM the tag is appended. */
export async function tokenEncrypt(request: TokenRequest, key: Handle, input: CipherInput): Promise<Buffer> {
  const { cryptoki, session } = request;
  cryptoki.C_EncryptInit(session, cipherOf(request.constants, input), key);
  request.held = input;
  return cryptoki.C_EncryptAsync(session, input.data, Buffer.alloc(input.data.length + TAG_BYTES));
}

/** Decrypt with a key that may; the caller wipes the answer. @throws HsmError `mac` no room for a tag */
export async function tokenDecrypt(request: TokenRequest, key: Handle, input: CipherInput): Promise<Buffer> {
  const { cryptoki, session } = request;
  if (input.mode === 'GCM' && input.data.length < TAG_BYTES) {
    throw new HsmError('mac', 'the authentication tag is wrong');
  }
  cryptoki.C_DecryptInit(session, cipherOf(request.constants, input), key);
  request.held = input;
  if (input.mode === 'GCM') request.doubt = 'mac'; // a wrong tag has no return value of its own
  return cryptoki.C_DecryptAsync(session, input.data, secretBuffer(input.data.length + TAG_BYTES));
}

interface MacShape {
  readonly mechanism: 'CKM_AES_CMAC' | 'CKM_SHA256_HMAC';
  readonly bytes: number;
  /** Shorter than the mechanism makes it: the token cannot verify it, so it is made and compared. */
  readonly isCut: boolean;
}

const MAC: Partial<Readonly<Record<MacAlg, MacShape>>> = {
  'AES-CMAC-16': { mechanism: 'CKM_AES_CMAC', bytes: 16, isCut: false },
  'AES-CMAC-8': { mechanism: 'CKM_AES_CMAC', bytes: 8, isCut: true },
  'HMAC-SHA256': { mechanism: 'CKM_SHA256_HMAC', bytes: 32, isCut: false },
};

/** @throws HsmError `unsupported` a MAC that tokens do not make */
export function macShape(alg: MacAlg): MacShape {
  const shape = MAC[alg];
  if (shape === undefined) throw new HsmError('unsupported', 'no token makes this MAC', { detail: alg });
  return shape;
}

export async function tokenMac(request: TokenRequest, key: Handle, alg: MacAlg, data: Buffer): Promise<Buffer> {
  const { cryptoki, constants, session } = request;
  const { mechanism, bytes } = macShape(alg);
  cryptoki.C_SignInit(session, { mechanism: constants[mechanism] }, key);
  const full = Buffer.alloc(32);
  request.held = data;
  const mac = data.length === 0 ? cryptoki.C_SignFinal(session, full) : await cryptoki.C_SignAsync(session, data, full);
  return mac.subarray(0, bytes);
}

/** The key needs CKA_VERIFY for a whole MAC, CKA_SIGN for a cut one. */
export async function tokenVerify(
  request: TokenRequest,
  key: Handle,
  r: { alg: MacAlg; data: Buffer; mac: Buffer },
): Promise<boolean> {
  const { mechanism, bytes, isCut } = macShape(r.alg);
  if (r.mac.length !== bytes) return false;
  if (isCut) return timingSafeEqual(await tokenMac(request, key, r.alg, r.data), r.mac);
  const { cryptoki, constants, session } = request;
  cryptoki.C_VerifyInit(session, { mechanism: constants[mechanism] }, key);
  request.held = r;
  try {
    // the binding refuses an empty buffer where Cryptoki allows no data
    if (r.data.length === 0) return cryptoki.C_VerifyFinal(session, r.mac);
    return await cryptoki.C_VerifyAsync(session, r.data, r.mac);
  } catch (error) {
    if (rvOf(error) === RV.signatureInvalid || rvOf(error) === RV.signatureLength) return false;
    throw error;
  }
}

/** @throws HsmError `format` the data is not whole blocks, or the IV has a wrong length */
function cipherOf(constants: Constants, input: CipherInput): Mechanism {
  const iv = checkInput('AES', input);
  const build: Readonly<Record<CipherMode, () => Mechanism>> = {
    CBC: () => ({ mechanism: constants.CKM_AES_CBC, parameter: iv! }),
    CTR: () => ({ mechanism: constants.CKM_AES_CTR, parameter: counterBlock(iv!) }),
    GCM: () => ({
      mechanism: constants.CKM_AES_GCM,
      parameter: {
        type: constants.CK_PARAMS_AES_GCM_v240,
        iv: iv!,
        ivBits: iv!.length * 8,
        aad: input.aad ?? Buffer.alloc(0),
        tagBits: TAG_BYTES * 8,
      },
    }),
    ECB: () => ({ mechanism: constants.CKM_AES_ECB }),
  };
  return build[input.mode]();
}

/** CK_AES_CTR_PARAMS: width of the counter in bits as a native word, then the block. */
function counterBlock(iv: Buffer): Buffer {
  const parameter = Buffer.alloc(24);
  parameter.writeBigUInt64LE(128n); // whole block, as node:crypto counts
  iv.copy(parameter, 8);
  return parameter;
}
