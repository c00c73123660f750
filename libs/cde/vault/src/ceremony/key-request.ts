import { KEY_PURPOSES, type KeyPurpose } from '../inventory/key-purposes.js';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import type { CustodianProof } from './custodians.service.js';
import type { KeyDescription } from './new-key.js';

type Fields = Record<string, unknown>;

const PURPOSES = Object.keys(KEY_PURPOSES) as KeyPurpose[];
const USAGES = [...new Set(Object.values(KEY_PURPOSES).flatMap(({ usages }) => usages))];
const TYPES = [...new Set(Object.values(KEY_PURPOSES).flatMap(({ types }) => types))];

/** @throws RequestShapeError */
export function readProof(fields: Fields): CustodianProof {
  const proof = objectOf(fields['custodian'], 'custodian');
  return {
    name: requestText(proof, 'name', 40),
    kind: oneOf(proof, 'kind', ['secret']),
    secret: requestText(proof, 'secret', 200),
  };
}

/** @throws RequestShapeError */
export function readDescription(fields: Fields): KeyDescription {
  return {
    purpose: oneOf(fields, 'purpose', PURPOSES),
    usage: oneOf(fields, 'usage', USAGES),
    algorithm: oneOf(fields, 'algorithm', TYPES),
    tenantId: isAbsent(fields, 'tenantId') ? null : uuidOf(fields, 'tenantId'),
    zone: isAbsent(fields, 'zone') ? '' : requestText(fields, 'zone', 60),
  };
}

export function isAbsent(fields: Fields, field: string): boolean {
  return fields[field] === undefined || fields[field] === null;
}
