import type { KeyScope, KeyState } from '../provider/hsm-provider.js';

/** Zone process that opened the HSM; each sees only the keys of its own work, as with partitions of a network HSM. */
export type HsmPartition = 'vault' | 'switch';

/** What a partition may do with a key. `manage` = create and destroy. */
export type KeyRight =
  | 'encrypt'
  | 'decrypt'
  | 'mac'
  | 'derive'
  | 'export'
  | 'pin-in'
  | 'pin-out'
  | 'wrap'
  | 'unwrap'
  | 'verify-card'
  | 'manage';

/**
 * Rights by scope. The vault translates a PIN into the zone key and can never read it back; the switch reads the zone key
 * and can write only towards its links. The switch opens envelopes and can never seal one. Ceremonies happen in the vault: it brings
 * the keys of links in and out as key blocks and can use none of them.
 */
const RIGHTS: Readonly<Record<KeyScope, Readonly<Record<HsmPartition, readonly KeyRight[]>>>> = {
  bdk: { vault: ['derive', 'export', 'manage'], switch: [] },
  'pan-kek': { vault: ['encrypt', 'decrypt', 'manage'], switch: [] },
  index: { vault: ['mac', 'manage'], switch: [] },
  'zone-pin': { vault: ['pin-out', 'manage'], switch: ['pin-in'] },
  'link-pin': { vault: ['export', 'manage'], switch: ['pin-out', 'manage'] },
  transport: { vault: ['wrap', 'unwrap', 'manage'], switch: ['wrap', 'unwrap', 'manage'] },
  'link-mac': { vault: ['export', 'manage'], switch: ['mac', 'manage'] },
  issuer: { vault: [], switch: ['verify-card', 'manage'] },
  envelope: { vault: ['encrypt', 'manage'], switch: ['decrypt'] },
};

export function hasRight(scope: KeyScope, partition: HsmPartition, right: KeyRight): boolean {
  return RIGHTS[scope][partition].includes(right);
}

/** What a key that only opens what was made before still does. */
const READING: readonly KeyRight[] = ['decrypt', 'mac', 'derive', 'pin-in', 'unwrap', 'verify-card', 'manage'];

/** Whether a key in this state may be used like that: `pending` and `retired` keys work for nothing. */
export function stateAllows(state: KeyState, right: KeyRight): boolean {
  return state === 'active' || right === 'manage' || (state === 'decrypt-only' && READING.includes(right));
}

/** A partition that has no right at all to a scope cannot tell its keys from absent ones. */
export function isVisible(scope: KeyScope, partition: HsmPartition): boolean {
  return RIGHTS[scope][partition].length > 0;
}
