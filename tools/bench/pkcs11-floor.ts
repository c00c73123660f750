import type { Handle, PKCS11 } from 'pkcs11js';

type Pkcs11 = typeof import('pkcs11js');

const ZERO_IV = Buffer.alloc(16);

/** A token reached by raw calls: library, constants, one session of its own and the base key. */
export interface RawToken {
  readonly cryptoki: PKCS11;
  readonly constants: Pkcs11;
  readonly session: Handle;
  readonly bdk: Handle;
}

/** What a reader sends, in bytes. */
export interface RawCard {
  readonly ksn: string;
  readonly iv: Buffer;
  readonly cipher: Buffer;
  /** KSN, IV and cipher: what the MAC covers. */
  readonly covered: Buffer;
  readonly mac: Buffer;
}

/**
 * The floor: one card opened by straight Cryptoki calls, AES-128 DUKPT, CMAC and CBC only: derive along the chain once, check the
 * MAC, decrypt, destroy. No key store, no rights, no pool, no judging of failures.
 * @returns length of the plain bytes
 */
export async function openRaw(token: RawToken, card: RawCard): Promise<number> {
  const { cryptoki, constants, session } = token;
  const ksn = Buffer.from(card.ksn, 'hex');
  const derived: Handle[] = [];
  const derive = async (from: Handle, usage: number, context: Buffer, use: number): Promise<Handle> => {
    const data = Buffer.alloc(16);
    data.writeUInt16BE(0x0101, 0);
    data.writeUInt16BE(usage, 2);
    data.writeUInt16BE(2, 4);
    data.writeUInt16BE(128, 6);
    context.copy(data, 8);
    const parameter = { type: constants.CK_PARAMS_AES_CBC, iv: ZERO_IV, data };
    const mechanism = { mechanism: constants.CKM_AES_CBC_ENCRYPT_DATA, parameter };
    const key = await cryptoki.C_DeriveKeyAsync(session, mechanism, from, template(constants, use));
    derived.push(key);
    return key;
  };
  const at = (counter: number): Buffer => {
    const context = Buffer.from(ksn.subarray(4));
    context.writeUInt32BE(counter, 4);
    return context;
  };
  let key = await derive(token.bdk, 0x8001, ksn.subarray(0, 8), constants.CKA_DERIVE);
  const counter = ksn.readUInt32BE(8);
  let reached = 0;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    key = await derive(key, 0x8000, at(reached), constants.CKA_DERIVE);
  }
  const macKey = await derive(key, 0x2000, at(counter), constants.CKA_VERIFY);
  cryptoki.C_VerifyInit(session, { mechanism: constants.CKM_AES_CMAC }, macKey);
  if (!(await cryptoki.C_VerifyAsync(session, card.covered, card.mac))) throw new Error('the floor is wrong: MAC');
  const dataKey = await derive(key, 0x3000, at(counter), constants.CKA_DECRYPT);
  cryptoki.C_DecryptInit(session, { mechanism: constants.CKM_AES_CBC, parameter: card.iv }, dataKey);
  const plain = await cryptoki.C_DecryptAsync(session, card.cipher, Buffer.alloc(card.cipher.length + 16));
  for (const one of derived) cryptoki.C_DestroyObject(session, one);
  return plain.length;
}

function template(constants: Pkcs11, use: number): { type: number; value: number | boolean }[] {
  return [
    { type: constants.CKA_CLASS, value: constants.CKO_SECRET_KEY },
    { type: constants.CKA_KEY_TYPE, value: constants.CKK_AES },
    { type: constants.CKA_TOKEN, value: false },
    { type: constants.CKA_SENSITIVE, value: true },
    { type: constants.CKA_EXTRACTABLE, value: false },
    { type: constants.CKA_VALUE_LEN, value: 16 },
    { type: use, value: true },
  ];
}
