import { HsmError, Ksn, aesUpdateKey, type DerivedType } from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { CaseFailure, refuses, same } from '../vector-case.js';

/** Types of a key derived by AES DUKPT. */
export const DERIVED_TYPES = [
  'TDES2',
  'TDES3',
  'AES128',
  'AES192',
  'AES256',
  'HMAC128',
  'HMAC192',
  'HMAC256',
] as const satisfies readonly DerivedType[];

/** Counters: usable or not, and which one comes next. */
export const ksnCounters: Family = {
  name: 'ksn-counters',
  recognises: (one) => one.has('oneBits') && one.has('ksn'),
  async run(one) {
    const scheme =
      one.oneOf('scheme', ['TDES', 'AES', 'TDES-DUKPT', 'AES-DUKPT']).slice(0, 3) === 'AES'
        ? 'AES-DUKPT'
        : 'TDES-DUKPT';
    const ksn = parseKsn(scheme, one.text('ksn'));
    same('counter', ksn.counter, one.count('counter'));
    same('oneBits', ksn.counter.toString(2).replaceAll('0', '').length, one.count('oneBits'));
    same('valid', ksn.isUsable, one.flag('valid'));
    const next = ksn.next();
    same('next', next?.hex ?? null, one.isNull('next') ? null : one.text('next').toUpperCase());
    if (next === null) return 'passed';
    // walking back lands on this number, or on the usable one before it
    same('previous of next', next.previous()?.hex, ksn.isUsable ? ksn.hex : ksn.previous()?.hex);
    same('remaining', next.remaining, ksn.remaining - 1);
    return 'passed';
  },
};

/** Update keys, which wrap a new initial key for a device. */
export const updateKeys: Family = {
  name: 'aes-dukpt-update-keys',
  recognises: (one) => one.has('updateKey') && one.has('ik') && !one.has('txnKey'),
  async run(one) {
    const type = one.oneOf('keyType', DERIVED_TYPES);
    const derived = () => aesUpdateKey(one.bytes('ik'), one.text('initialKeyId').toUpperCase(), type);
    if (one.isAccepted) same('updateKey', derived(), one.bytes('updateKey'));
    else {
      one.skip('updateKey');
      await refuses(derived, [HsmError]);
    }
    return 'passed';
  },
};

/** @throws CaseFailure the text is no KSN of the scheme */
export function parseKsn(scheme: Ksn['scheme'], text: string): Ksn {
  const ksn = Ksn.parse(scheme, text);
  if (ksn === undefined) throw new CaseFailure('ksn is not a KSN of this scheme');
  return ksn;
}
