import type { KeyInfo } from '@tsunagu/hsm';

type KeyUsage = KeyInfo['usage'];
type KeyScope = KeyInfo['scope'];
type KeyType = KeyInfo['type'];

/** What a key is for: one purpose for life. */
export type KeyPurpose =
  | 'bdk'
  | 'pan-kek'
  | 'tenant-kek'
  | 'pan-index'
  | 'zone-pin'
  | 'link-pin'
  | 'link-mac'
  | 'transport'
  | 'exchange'
  | 'envelope'
  | 'audit'
  | 'certificate'
  | 'ceremony';

/** Rules of a purpose. */
export interface PurposeRules {
  readonly usages: readonly KeyUsage[];
  readonly scope: KeyScope;
  readonly types: readonly KeyType[];
  /** Days after its activation in which a key may protect new data; null: it is born with its own end. */
  readonly cryptoperiodDays: number | null;
  /**
   * Days before the end of its period in which the house makes its successor by itself; null: a partner or a device holds it too, and
   * custodians change it.
   */
  readonly renewedDaysBefore: number | null;
  /** After its closing, how long something made under it may still come; until then it cannot retire. Infinity: for ever. */
  readonly keptMs: number;
  /** Belongs to one tenant. */
  readonly isOfTenant: boolean;
}

const AES: readonly KeyType[] = ['AES128', 'AES192', 'AES256'];
const TDES: readonly KeyType[] = ['TDES2', 'TDES3'];
const MINUTE_MS = 60_000;
/** A till that lost its answer repeats a purchase within the day; its claim must still be known as the same. */
const DAY_MS = 86_400_000;
/** Longest life of a `sad` part (20 minutes), and a margin for the clocks of two machines. */
const SAD_MS = 25 * MINUTE_MS;

/**
 * Purposes of keys. The periods lie within NIST SP 800-57 part 1 rev. 5 table 1 (two years for keys that wrap, encrypt or
 * authenticate); a base derivation key gives new devices their keys for three years, by our own rule. The house renews its own keys
 * a month ahead, so that operators see it happen before anything ends.
 */
export const KEY_PURPOSES: Readonly<Record<KeyPurpose, PurposeRules>> = {
  bdk: { usages: ['B0'], scope: 'bdk', types: [...AES, 'TDES2'], cryptoperiodDays: 1095, renewedDaysBefore: null, keptMs: 0, isOfTenant: true }, // prettier-ignore
  'pan-kek': { usages: ['D0'], scope: 'pan-kek', types: ['AES256'], cryptoperiodDays: 730, renewedDaysBefore: 30, keptMs: 0, isOfTenant: false }, // prettier-ignore
  // wraps a data key a month below the house's key; all its versions end with their tenant
  'tenant-kek': { usages: ['D0'], scope: 'pan-kek', types: ['AES256'], cryptoperiodDays: 730, renewedDaysBefore: 30, keptMs: MINUTE_MS, isOfTenant: true }, // prettier-ignore
  'pan-index': { usages: ['M7'], scope: 'index', types: ['HMAC256'], cryptoperiodDays: 730, renewedDaysBefore: 30, keptMs: DAY_MS, isOfTenant: false }, // prettier-ignore
  'zone-pin': { usages: ['P0'], scope: 'zone-pin', types: ['AES128'], cryptoperiodDays: 365, renewedDaysBefore: 30, keptMs: SAD_MS, isOfTenant: false }, // prettier-ignore
  'link-pin': { usages: ['P0'], scope: 'link-pin', types: [...AES, ...TDES], cryptoperiodDays: 365, renewedDaysBefore: null, keptMs: MINUTE_MS, isOfTenant: false }, // prettier-ignore
  'link-mac': { usages: ['M3', 'M6'], scope: 'link-mac', types: [...AES, ...TDES], cryptoperiodDays: 365, renewedDaysBefore: null, keptMs: MINUTE_MS, isOfTenant: false }, // prettier-ignore
  transport: { usages: ['K0', 'K1'], scope: 'transport', types: [...AES, ...TDES], cryptoperiodDays: 730, renewedDaysBefore: null, keptMs: 0, isOfTenant: false }, // prettier-ignore
  exchange: { usages: ['D0'], scope: 'pan-kek', types: ['AES256'], cryptoperiodDays: 730, renewedDaysBefore: null, keptMs: 0, isOfTenant: true }, // prettier-ignore
  envelope: { usages: ['D0'], scope: 'envelope', types: ['AES256'], cryptoperiodDays: null, renewedDaysBefore: null, keptMs: 0, isOfTenant: false }, // prettier-ignore
  audit: { usages: ['M7'], scope: 'index', types: ['HMAC256'], cryptoperiodDays: 730, renewedDaysBefore: 30, keptMs: Infinity, isOfTenant: false }, // prettier-ignore
  // derives the key that signs certificates: whoever holds one proves it years later, so a closed one tells its public key for ever
  certificate: { usages: ['M7'], scope: 'index', types: ['HMAC256'], cryptoperiodDays: 730, renewedDaysBefore: 30, keptMs: Infinity, isOfTenant: false }, // prettier-ignore
  ceremony: { usages: ['D0'], scope: 'pan-kek', types: ['AES256'], cryptoperiodDays: 365, renewedDaysBefore: 30, keptMs: 4 * 60 * MINUTE_MS, isOfTenant: false }, // prettier-ignore
};
