import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SoftwareHsm, sealKey } from '@tsunagu/hsm/primitives';
import { freshId, type ClearKey, type ProviderUnderTest } from './hsm-target.js';

/**
 * The software provider over a key store of its own in a temporary folder, gone afterwards. Vector keys are put there as key
 * files: the port takes no clear key, and must not.
 */
export async function softwareProvider(): Promise<ProviderUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'tsunagu-conformance-'));
  const lmk = randomBytes(32);
  await mkdir(join(directory, 'keys'), { mode: 0o700 });
  await writeFile(join(directory, 'lmk'), lmk, { mode: 0o600 });
  const session = (partition: 'vault' | 'switch') =>
    SoftwareHsm.open({ directory, partition, mode: 'sandbox', warn: () => undefined });
  const [vault, switchSession] = [await session('vault'), await session('switch')];
  return {
    vault,
    switch: switchSession,
    async load({ bytes, usage, type, scope }: ClearKey) {
      const id = freshId();
      const header = { version: 1, id, usage, type, scope, state: 'active', kcv: '000000', expiresAt: null } as const;
      await writeFile(join(directory, 'keys', `${id}.key`), sealKey(lmk, header, bytes), { mode: 0o600 });
      return { provider: vault.name, id };
    },
    async close() {
      vault.close();
      switchSession.close();
      lmk.fill(0);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
