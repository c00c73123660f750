import { AppError } from '@tsunagu/kernel';

/** Why a token cannot be used: each has another remedy. */
export type TokenFault =
  | 'addon_missing'
  | 'library_missing'
  | 'folder_missing'
  | 'folder_unreadable'
  | 'label_unknown'
  | 'label_twice'
  | 'pin_unreadable'
  | 'pin_wrong'
  | 'pin_locked'
  | 'gone';

const REMEDY: Readonly<Record<TokenFault, { variable: string; text: string }>> = {
  addon_missing: {
    variable: 'HSM_PROVIDER',
    text: 'pkcs11 needs its native part: run `node tools/prepare-pkcs11.mjs`',
  },
  library_missing: { variable: 'PKCS11_LIBRARY', text: 'names no PKCS#11 library that can be loaded' },
  folder_missing: { variable: 'SOFTHSM2_CONF', text: 'leads to a token folder that does not exist' },
  folder_unreadable: { variable: 'SOFTHSM2_CONF', text: 'leads to a token folder that this process may not read' },
  label_unknown: { variable: 'PKCS11_TOKEN_LABEL', text: 'names no token of the library' },
  label_twice: { variable: 'PKCS11_TOKEN_LABEL', text: 'names more than one token of the library' },
  pin_unreadable: { variable: 'PKCS11_PIN_FILE', text: 'cannot be read, or may be read by others' },
  pin_wrong: { variable: 'PKCS11_PIN_FILE', text: 'holds a PIN that the token refused' },
  pin_locked: { variable: 'PKCS11_PIN_FILE', text: 'belongs to a token whose PIN is locked' },
  gone: { variable: 'PKCS11_TOKEN_LABEL', text: 'names a token that does not answer' },
};

/** A token that cannot be used; names the variable that leads to it, never a value. */
export class TokenError extends AppError {
  readonly code = 'hsm_token_unusable';
  readonly category = 'internal';
  /** Variable to look at. */
  readonly variable: string;
  /** What is wrong with it, as the end of a sentence. */
  readonly rule: string;

  constructor(readonly fault: TokenFault) {
    const { variable, text } = REMEDY[fault];
    super(`${variable} ${text}`, { fault, variable });
    this.variable = variable;
    this.rule = text;
  }
}

/** Return values of Cryptoki that decide what happens next. @source PKCS#11 2.40, section 5.1 */
export const RV = {
  objectHandleInvalid: 0x82,
  signatureInvalid: 0xc0,
  signatureLength: 0xc1,
  pinIncorrect: 0xa0,
  pinLocked: 0xa4,
  userAlreadyLoggedIn: 0x100,
  alreadyInitialized: 0x191,
} as const;

/** Return value behind an error of pkcs11js, or undefined when it is none. */
export function rvOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
