import { createRequire } from 'node:module';

/**
 * Parameter of CKM_AES_ECB_ENCRYPT_DATA: pointer to the data and its length, 16 bytes. Whoever calls the token with it keeps `data`
 * referenced until the call is over.
 */
export type DerivationString = (data: Buffer) => Buffer;

/**
 * The few lines of C that know the address of a buffer, built by `tools/prepare-pkcs11.mjs`.
 * @returns undefined where they were not built: the provider then declares no base keys above 128 bits
 */
export function loadDerivationString(): DerivationString | undefined {
  try {
    // by name: this file is bundled into programs that lie elsewhere
    return createRequire(import.meta.url)('@tsunagu/hsm/derivation-string') as DerivationString;
  } catch {
    // absent and built for another machine look alike, and have the same remedy
    return undefined;
  }
}
