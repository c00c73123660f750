import { randomBytes, scrypt } from 'node:crypto';
import { CeremonyInputError } from './ceremony-errors.js';

/** @source OWASP password storage: scrypt N=2^15, r=8, p=1 (32 MiB, about 60 ms) */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 } as const;
export const SECRET_LENGTH_MIN = 16;

/** @throws CeremonyInputError too short */
export function checkSecret(secret: string): void {
  if (secret.length < SECRET_LENGTH_MIN) {
    throw new CeremonyInputError(`each custodian has a secret of his own, ${SECRET_LENGTH_MIN} characters or more`);
  }
}

/** What is kept of a custodian's secret. */
export function proofOf(secret: string, salt: Buffer = randomBytes(16)): Promise<{ salt: Buffer; proof: Buffer }> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFKC'), salt, 32, SCRYPT, (error, proof) =>
      error === null ? resolve({ salt, proof }) : reject(error),
    );
  });
}
