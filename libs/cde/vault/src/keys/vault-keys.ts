import type { Dukpt, HsmProvider, KeyInfo, KeyRef } from '@tsunagu/hsm';
import { zonePinKey } from '@tsunagu/hsm';
import { auditKey } from '../audit/audit-seal.js';
import type { NewKeyRecord } from '../inventory/key-record.js';

/** First key that wraps the data keys of tenants. */
export function panKek(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'pan-kek' };
}

/** First key of the keyed fingerprints of PANs and ciphertexts. */
function indexKey(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'pan-index' };
}

/** Base derivation key of one tenant and scheme: revoking it touches nobody else. */
export function bdkOf(hsm: HsmProvider, tenantId: string, scheme: Dukpt['scheme']): KeyRef {
  return { provider: hsm.name, id: `bdk-${tenantId}-${scheme.toLowerCase()}` };
}

/** First key from which the signature of certificates is derived. */
function certificateKey(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'certificate-1' };
}

/** Seals components of custodians until the last one comes. */
export function ceremonyKey(hsm: HsmProvider): KeyRef {
  return { provider: hsm.name, id: 'ceremony-kek' };
}

/**
 * Make the first keys that every vault needs; racing vaults find each other's.
 * @param isOver a key that was retired or destroyed: it is not made again
 * @returns what each one is, for the inventory
 */
export async function makeVaultKeys(
  hsm: HsmProvider,
  isOver: (id: string) => boolean,
): Promise<Pick<NewKeyRecord, 'purpose' | 'info'>[]> {
  const make = async (
    purpose: NewKeyRecord['purpose'],
    { id }: KeyRef,
    what: Pick<KeyInfo, 'usage' | 'type' | 'scope'>,
  ) => (isOver(id) ? [] : [{ purpose, info: await hsm.generateKey({ id, ...what }) }]);
  return [
    ...(await make('pan-kek', panKek(hsm), { usage: 'D0', type: 'AES256', scope: 'pan-kek' })),
    ...(await make('pan-index', indexKey(hsm), { usage: 'M7', type: 'HMAC256', scope: 'index' })),
    ...(await make('zone-pin', zonePinKey(hsm.name), { usage: 'P0', type: 'AES128', scope: 'zone-pin' })),
    ...(await make('audit', auditKey(hsm, 1), { usage: 'M7', type: 'HMAC256', scope: 'index' })),
    ...(await make('certificate', certificateKey(hsm), { usage: 'M7', type: 'HMAC256', scope: 'index' })),
    ...(await make('ceremony', ceremonyKey(hsm), { usage: 'D0', type: 'AES256', scope: 'pan-kek' })),
  ];
}
