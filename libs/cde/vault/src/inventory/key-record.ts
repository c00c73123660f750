import type { KeyInfo } from '@tsunagu/hsm';
import type { KeyPurpose } from './key-purposes.js';
import type { KeyState } from './key-state.js';

/** One line of the inventory; never a byte of the key. */
export interface KeyRecord {
  /** Handle of the key in its provider, and its name in the house. */
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly usage: KeyInfo['usage'];
  readonly algorithm: KeyInfo['type'];
  readonly kcv: string;
  readonly version: number;
  /** Tenant that it works for; null for the centre. */
  readonly tenantId: string | null;
  /** What it is a key of within its purpose: scheme and maker of readers, link, partner; empty where there is one. */
  readonly zone: string;
  readonly state: KeyState;
  readonly origin: 'generated' | 'components' | 'key_block' | 'system';
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Activation; null while pending. */
  readonly validFrom: Date | null;
  /** End of its cryptoperiod: decrypt-only from then on; null: none. */
  readonly validUntil: Date | null;
  /** The provider destroys it by itself then; null: only by an order of two custodians. */
  readonly destroyAt: Date | null;
  readonly changedAt: Date;
  readonly provider: string;
}

/** A key as it enters the inventory. */
export type NewKeyRecord = Pick<KeyRecord, 'purpose' | 'version' | 'tenantId' | 'zone' | 'origin' | 'createdBy'> & {
  readonly info: KeyInfo;
};
