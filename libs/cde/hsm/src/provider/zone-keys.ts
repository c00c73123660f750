import type { KeyRef } from './hsm-provider.js';

/**
 * The internal zone PIN key (AES-128, format 4): the vault translates every PIN to it before a route is known, and the
 * switch's own session translates from it to the link's key at send. Made by the vault at start-up.
 * @param provider name of the provider, `HsmProvider.name`
 */
export function zonePinKey(provider: string): KeyRef {
  return { provider, id: 'zpk-zone' };
}
