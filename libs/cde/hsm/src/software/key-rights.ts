import type { KeyScope } from '../provider/hsm-provider.js';

/** Zone process that opened the HSM; each sees only the keys of its own work, as with partitions of a network HSM. */
export type HsmPartition = 'vault' | 'switch';

/** What a partition may do with a key. `manage` = create and destroy. */
export type KeyRight =
  'encrypt' | 'decrypt' | 'mac' | 'derive' | 'export' | 'pin-in' | 'pin-out' | 'wrap' | 'verify-card' | 'manage';

/**
 * Rights by scope. The vault translates a PIN into the zone key and can never read it back; the switch reads the zone key
 * and can write only towards its links. The switch opens envelopes and can never seal one.
 */
const RIGHTS: Readonly<Record<KeyScope, Readonly<Record<HsmPartition, readonly KeyRight[]>>>> = {
  bdk: { vault: ['derive', 'export', 'manage'], switch: [] },
  'pan-kek': { vault: ['encrypt', 'decrypt', 'manage'], switch: [] },
  index: { vault: ['mac', 'manage'], switch: [] },
  'zone-pin': { vault: ['pin-out', 'manage'], switch: ['pin-in'] },
  'link-pin': { vault: [], switch: ['pin-out', 'manage'] },
  transport: { vault: ['wrap', 'manage'], switch: ['wrap', 'manage'] },
  'link-mac': { vault: [], switch: ['mac', 'manage'] },
  issuer: { vault: [], switch: ['verify-card', 'manage'] },
  envelope: { vault: ['encrypt', 'manage'], switch: ['decrypt'] },
};

export function hasRight(scope: KeyScope, partition: HsmPartition, right: KeyRight): boolean {
  return RIGHTS[scope][partition].includes(right);
}

/** A partition that has no right at all to a scope cannot tell its keys from absent ones. */
export function isVisible(scope: KeyScope, partition: HsmPartition): boolean {
  return RIGHTS[scope][partition].length > 0;
}
