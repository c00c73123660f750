import type { Handle, PKCS11 } from 'pkcs11js';
import type { Constants } from './cryptoki-library.js';

const LABEL = 'tsunagu-token';

/**
 * An object that is always there. A library whose token is away may go on answering, with an empty token: only somebody who
 * knows of one object can tell an unknown key from a lost token.
 */
export function makeMarker(cryptoki: PKCS11, constants: Constants, session: Handle): void {
  if (hasMarker(cryptoki, constants, session)) return;
  cryptoki.C_CreateObject(session, [
    ...template(constants),
    { type: constants.CKA_PRIVATE, value: true }, // seen after a login only, as the keys are
    { type: constants.CKA_VALUE, value: Buffer.from('1') },
  ]);
}

export function hasMarker(cryptoki: PKCS11, constants: Constants, session: Handle): boolean {
  cryptoki.C_FindObjectsInit(session, template(constants));
  try {
    return cryptoki.C_FindObjects(session, 1).length > 0;
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function template(constants: Constants): { type: number; value: number | boolean | string }[] {
  return [
    { type: constants.CKA_CLASS, value: constants.CKO_DATA },
    { type: constants.CKA_TOKEN, value: true },
    { type: constants.CKA_LABEL, value: LABEL },
  ];
}
