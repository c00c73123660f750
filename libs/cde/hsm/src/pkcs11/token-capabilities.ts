import type { CipherMode, HsmCapabilities, MacAlg } from '../provider/hsm-provider.js';
import type { Constants } from './cryptoki-library.js';

type MechanismName =
  'AES_CBC' | 'AES_CTR' | 'AES_GCM' | 'AES_CMAC' | 'SHA256_HMAC' | 'AES_CBC_ENCRYPT_DATA' | 'AES_ECB_ENCRYPT_DATA';

/** What a token can do, read from its list of mechanisms. */
export function tokenCapabilities(
  mechanisms: ReadonlySet<number>,
  constants: Constants,
  { isSandbox, isPaymentGrade, hasLongKeys }: { isSandbox: boolean; isPaymentGrade: boolean; hasLongKeys: boolean },
): HsmCapabilities {
  const has = (name: MechanismName): boolean => mechanisms.has(constants[`CKM_${name}`]);
  const modes = (['CBC', 'CTR', 'GCM'] as const).filter((mode: CipherMode & ('CBC' | 'CTR' | 'GCM')) =>
    has(`AES_${mode}`),
  );
  const cmacs: MacAlg[] = has('AES_CMAC') ? ['AES-CMAC-16', 'AES-CMAC-8'] : [];
  const derives = has('AES_CBC_ENCRYPT_DATA');
  const long = hasLongKeys && has('AES_ECB_ENCRYPT_DATA') ? (['AES192', 'AES256'] as const) : [];
  const types = derives ? (['AES128', ...long] as const) : [];
  const dukpt = derives ? (['dukptGenerateMac', 'dukptEncrypt'] as const) : [];
  return {
    operations: [...dukpt, ...(isSandbox && derives ? (['exportClearInitialKey'] as const) : []), 'setKeyState'],
    bdkTypes: types,
    workingKeyTypes: types,
    keysNeverLeave: { aesDukpt: derives, tdesDukpt: false, pin: false },
    dukptModes: derives ? modes : [],
    macAlgs: has('SHA256_HMAC') ? [...cmacs, 'HMAC-SHA256'] : cmacs,
    dukptMacAlgs: derives ? cmacs : [],
    keyBlockVersions: [],
    pinFormats: [],
    iso4Pan: 'full',
    maxDataBytes: 8192,
    paymentGrade: isPaymentGrade,
  };
}
