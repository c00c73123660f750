import { spawnSync } from 'node:child_process';
import { SoftToken, softTokenLack } from '@tsunagu/hsm/primitives';
import { freshId, type ClearKey, type ProviderUnderTest } from './hsm-target.js';

/**
 * The PKCS#11 provider over a SoftHSM2 token of its own in a temporary folder, gone afterwards. What can be installed or built for it
 * here is, in a process of its own: a module that could not be loaded once is not looked for again in this one.
 * @throws RangeError SoftHSM2 or the native part of pkcs11js is missing here; the text says what to install
 */
export async function pkcs11Provider(): Promise<ProviderUnderTest> {
  spawnSync(process.execPath, ['tools/prepare-pkcs11.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const lack = await softTokenLack();
  if (lack !== undefined) throw new RangeError(`--hsm pkcs11 cannot run here: ${lack}`);
  const token = await SoftToken.make();
  const [vault, switchSession] = [await token.open(), await token.open({ partition: 'switch' })];
  return {
    vault,
    switch: switchSession,
    async load({ bytes, usage, type, scope }: ClearKey) {
      const id = freshId();
      await token.plant({ id, usage, type, scope }, bytes);
      return { provider: vault.name, id };
    },
    async close() {
      vault.close();
      switchSession.close();
      await token.remove();
    },
  };
}
