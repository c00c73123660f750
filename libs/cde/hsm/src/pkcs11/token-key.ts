import type { Template } from 'pkcs11js';
import { KEY_BYTES } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import type { Hex, KeyScope, KeyState, KeyType, KeyUsage } from '../provider/hsm-provider.js';
import type { Constants } from './cryptoki-library.js';

/** What the token stores beside a key: the label is the id, the rest stands in CKA_ID as text. */
export interface TokenKey {
  readonly id: string;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
  readonly state: KeyState;
  readonly kcv: Hex;
  readonly expiresAt: Date | null;
}

const FORMAT = 'tsunagu1';

/** `tsunagu1|usage|type|scope|state|kcv|expiry in ms or -` */
export function encodeKeyFacts(key: TokenKey): Buffer {
  const { usage, type, scope, state, kcv, expiresAt } = key;
  return Buffer.from([FORMAT, usage, type, scope, state, kcv, expiresAt?.getTime() ?? '-'].join('|'), 'latin1');
}

/** @returns undefined for an object that somebody else put into the token */
export function decodeKeyFacts(id: string, facts: string): TokenKey | undefined {
  const [format, usage, type, scope, state, kcv, expiry] = facts.split('|');
  if (format !== FORMAT || expiry === undefined) return undefined;
  // written by encodeKeyFacts; whoever can write into the token has its PIN
  return {
    id,
    usage: usage as KeyUsage,
    type: type as KeyType,
    scope: scope as KeyScope,
    state: state as KeyState,
    kcv: kcv!,
    expiresAt: expiry === '-' ? null : new Date(Number(expiry)),
  };
}

export type Use = 'CKA_ENCRYPT' | 'CKA_DECRYPT' | 'CKA_SIGN' | 'CKA_VERIFY' | 'CKA_DERIVE';
const USES: readonly Use[] = ['CKA_ENCRYPT', 'CKA_DECRYPT', 'CKA_SIGN', 'CKA_VERIFY', 'CKA_DERIVE'];

/** What the token itself lets a key do, by usage and state: a key that is not listed can do nothing inside a token. */
const USED_FOR: Partial<Readonly<Record<KeyUsage, Readonly<Record<'active' | 'decrypt-only', readonly Use[]>>>>> = {
  B0: { active: ['CKA_DERIVE'], 'decrypt-only': ['CKA_DERIVE'] },
  D0: { active: ['CKA_ENCRYPT', 'CKA_DECRYPT'], 'decrypt-only': ['CKA_DECRYPT'] },
  // an old MAC key is needed to find and to check what was made under it, and both are CKA_SIGN to us
  M6: { active: ['CKA_SIGN', 'CKA_VERIFY'], 'decrypt-only': ['CKA_SIGN', 'CKA_VERIFY'] },
  M7: { active: ['CKA_SIGN', 'CKA_VERIFY'], 'decrypt-only': ['CKA_SIGN', 'CKA_VERIFY'] },
  P0: { active: [], 'decrypt-only': [] }, // PINs are translated by no token; the key exists so that the house starts
};

/** Uses of a key in a state. @throws HsmError `unsupported` a token cannot hold keys of this usage */
export function usesOf(usage: KeyUsage, state: KeyState): readonly Use[] {
  const uses = USED_FOR[usage];
  if (uses === undefined)
    throw new HsmError('unsupported', 'a token cannot hold keys of this usage', { detail: usage });
  return state === 'active' || state === 'decrypt-only' ? uses[state] : [];
}

/** Every use, said yes or no: defaults differ between libraries. */
export function useFlags(constants: Constants, uses: readonly Use[]): Template {
  return USES.map((use) => ({ type: constants[use], value: uses.includes(use) }));
}

/** A key of this type that cannot leave the token; the caller adds where it lives and what it may do. */
export function secretKey(constants: Constants, type: KeyType): Template {
  if (type.startsWith('TDES')) throw new HsmError('unsupported', 'keys inside a token are AES or HMAC keys');
  const kind = type === 'HMAC256' ? constants.CKK_GENERIC_SECRET : constants.CKK_AES;
  return [
    { type: constants.CKA_CLASS, value: constants.CKO_SECRET_KEY },
    { type: constants.CKA_KEY_TYPE, value: kind },
    { type: constants.CKA_SENSITIVE, value: true },
    { type: constants.CKA_EXTRACTABLE, value: false },
    { type: constants.CKA_WRAP, value: false },
    { type: constants.CKA_UNWRAP, value: false },
    { type: constants.CKA_VALUE_LEN, value: KEY_BYTES[type] },
  ];
}
