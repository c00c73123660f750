import type { ProviderUnderTest } from './hsm-target.js';
import { pkcs11Provider } from './pkcs11-provider.js';
import { softwareProvider } from './software-provider.js';

const PROVIDERS: Readonly<Record<string, () => Promise<ProviderUnderTest>>> = {
  software: softwareProvider,
  pkcs11: pkcs11Provider,
};

/** Open the provider that the command line names. @throws RangeError there is none of this name */
export async function openProvider(name: string): Promise<ProviderUnderTest> {
  const open = PROVIDERS[name];
  if (open === undefined) throw new RangeError(`--hsm is one of ${Object.keys(PROVIDERS).join(', ')}`);
  return open();
}
