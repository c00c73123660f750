import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HsmError } from '../provider/hsm-error.js';
import { createOnce, hasCode } from '../software/atomic-file.js';
import { KeyStoreError, type MasterKeySource } from '../software/key-store.js';

const FILE = 'lmk.kms';
const LMK_BYTES = 32;
/** Bound to the ciphertext by KMS: a blob of another purpose does not open. */
const CONTEXT = { purpose: 'tsunagu-key-store' };

/**
 * Master key of a key store as a KMS data key: beside the keys lies its ciphertext alone, and whoever starts asks KMS to open
 * it. Two processes may start at once; the file that was first is the one.
 * @param keyId id, ARN or alias of the KMS key
 */
export function kmsMasterKey(kms: KMSClient, keyId: string): MasterKeySource {
  return async (folder, hasKeys) => {
    const path = join(folder, FILE);
    let sealed = await readIfThere(path);
    if (sealed === undefined) {
      if (hasKeys)
        throw new KeyStoreError('the key store has keys but its master key is missing; restore HSM_DIR from backup');
      await createOnce(path, await newDataKey(kms, keyId));
      sealed = await readFile(path);
    }
    return open(kms, keyId, sealed);
  };
}

async function newDataKey(kms: KMSClient, keyId: string): Promise<Buffer> {
  const command = new GenerateDataKeyCommand({ KeyId: keyId, NumberOfBytes: LMK_BYTES, EncryptionContext: CONTEXT });
  const { CiphertextBlob, Plaintext } = await asked(() => kms.send(command));
  Plaintext?.fill(0); // the file may lose the race: what counts is opened from it
  if (CiphertextBlob === undefined) throw kmsFault('no_ciphertext');
  return Buffer.from(CiphertextBlob);
}

async function open(kms: KMSClient, keyId: string, sealed: Buffer): Promise<Buffer> {
  const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: sealed, EncryptionContext: CONTEXT });
  const { Plaintext } = await asked(() => kms.send(command));
  if (Plaintext?.length !== LMK_BYTES) throw kmsFault('no_data_key');
  const lmk = Buffer.from(Plaintext);
  Plaintext.fill(0);
  return lmk;
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw kmsFault(error instanceof Error ? error.name : 'unknown');
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function kmsFault(detail: string): HsmError {
  return new HsmError('unavailable', 'KMS did not open the master key of the key store', { detail });
}
