import { join } from 'node:path';
import { softTokenLack } from '@tsunagu/hsm/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HsmTarget } from './hsm-target.js';
import { openProvider } from './providers.js';
import { runVectors } from './run-vectors.js';
import { readVectorFile } from './vector-file.js';

const lack = await softTokenLack();
if (lack !== undefined) console.warn(`!! THE VECTORS DID NOT RUN ON PKCS#11: ${lack}`);

const FOLDER = join(import.meta.dirname, '../../test/vectors');

describe.skipIf(lack !== undefined)('published vectors on a SoftHSM2 token', { timeout: 60_000 }, () => {
  let target: HsmTarget;
  beforeAll(async () => {
    target = await HsmTarget.over(await openProvider('pkcs11'));
  });
  afterAll(() => target.close());

  it.each([
    ['aes-dukpt', 'all'],
    ['macs', 'some'],
    ['p2pe-payloads', 'some'],
    ['tdes-dukpt', 'none'],
    ['pin-translation', 'none'],
    ['emv-cryptograms', 'none'],
    ['card-verification', 'none'],
  ])('%s: %s are declared, all of these pass, and the rest is said to be not supported', async (name, declared) => {
    const file = await readVectorFile(join(FOLDER, `${name}.json`));
    const [result] = await runVectors([file], target);
    expect(result!.failed).toEqual([]);
    expect(result!.passed + result!.notSupported).toBe(file.cases.length);
    expect(result!.passed > 0).toBe(declared !== 'none');
    expect(result!.notSupported > 0).toBe(declared !== 'all');
  });
});
