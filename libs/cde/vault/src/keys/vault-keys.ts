import type { Dukpt, HsmProvider, KeyRef } from '@tsunagu/hsm';
import { zonePinKey } from '@tsunagu/hsm';

/** Wraps the data keys of tenants. */
export function panKek(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'pan-kek' };
}

/** Keyed fingerprints of PANs and ciphertexts. */
export function indexKey(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'pan-index' };
}

/** Base derivation key of one tenant and scheme: revoking it touches nobody else. */
export function bdkOf(hsm: HsmProvider, tenantId: string, scheme: Dukpt['scheme']): KeyRef {
  return { provider: hsm.name, id: `bdk-${tenantId}-${scheme.toLowerCase()}` };
}

/** Make the keys that every vault needs; racing vaults find each other's. */
export async function makeVaultKeys(hsm: HsmProvider): Promise<void> {
  await hsm.generateKey({ id: panKek(hsm).id, usage: 'D0', type: 'AES256', scope: 'pan-kek' });
  await hsm.generateKey({ id: indexKey(hsm).id, usage: 'M7', type: 'HMAC256', scope: 'index' });
  await hsm.generateKey({ id: zonePinKey(hsm.name).id, usage: 'P0', type: 'AES128', scope: 'zone-pin' });
}
