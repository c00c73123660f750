import type { Handle, Mechanism, Template } from 'pkcs11js';
import { KEY_BYTES } from '../cipher/block-cipher.js';
import { AES_USAGE, aesChain, aesContext, derivationData, type AesUsage } from '../dukpt/aes-dukpt.js';
import { aesUsageOf, usableKsn, type DukptUse } from '../dukpt/working-key.js';
import { HsmError } from '../provider/hsm-error.js';
import type { Dukpt, KeyType } from '../provider/hsm-provider.js';
import type { Constants } from './cryptoki-library.js';
import { secretKey, useFlags, type Use } from './token-key.js';
import type { FoundKey } from './token-keys.js';
import type { TokenRequest } from './token-link.js';

const ZERO_IV = Buffer.alloc(16);
const BLOCK_BYTES = 16;
/** Keys that a token derives for DUKPT. */
type AesType = 'AES128' | 'AES192' | 'AES256';

/** A key to derive, and what it may do then. */
interface Step {
  readonly usage: AesUsage;
  readonly type: AesType;
  readonly context: Buffer;
  readonly uses: readonly Use[];
}

/** What is derived and for what. */
export interface WantedKey<T> {
  readonly dukpt: Dukpt;
  readonly use: DukptUse;
  readonly allows: readonly Use[];
  /** After this answer another key of the same transaction will be asked for: its transaction key is kept for a second. */
  readonly keepsAfter?: (answer: T) => boolean;
}

/**
 * Derive the working key of one transaction inside the token, use it, and destroy it and every key on the way to it.
 * CBC of one block under a zero IV is that block under ECB: AES-128 keys are derived so, without a pointer. Longer keys are two
 * blocks under ECB.
 * @throws HsmError `format` the KSN; `unsupported` another scheme or keys that the token does not derive; `usage_denied` a working
 * key stronger than its base key
 * @source ANSI X9.24-3-2017 6.3; PKCS#11 2.40 mechanisms, 2.15
 */
export async function withWorkingKey<T>(
  request: TokenRequest,
  bdk: FoundKey,
  wanted: WantedKey<T>,
  work: (key: Handle) => Promise<T>,
): Promise<T> {
  const { chain, working } = stepsTo(bdk.key.type, wanted);
  const { kept } = request.token;
  const name = `${bdk.key.id} ${wanted.dukpt.ksn}`;
  const derived: Handle[] = [];
  try {
    let key = kept.take(name);
    if (key !== undefined) derived.push(key);
    else {
      key = bdk.handle;
      for (const step of chain) derived.push((key = await derive(request, key, step)));
    }
    const workingKey = await derive(request, key, working);
    derived.push(workingKey);
    const answer = await work(workingKey);
    const isKept = wanted.keepsAfter?.(answer) === true && kept.keep(name, request, key);
    if (isKept) derived.splice(derived.indexOf(key), 1);
    return answer;
  } finally {
    for (const key of derived) request.cryptoki.C_DestroyObject(request.session, key);
  }
}

/** Initial key of a device, derived for its loader: the one key that may be read, in sandbox mode. The caller wipes it. */
export async function readInitialKey(request: TokenRequest, bdk: FoundKey, ikid: string): Promise<Buffer> {
  const { cryptoki, constants, session } = request;
  const step = { usage: AES_USAGE.initialKey, type: derivedType(bdk.key.type), context: hex(ikid), uses: [] } as const;
  const key = await derive(request, bdk.handle, step, [
    { type: constants.CKA_SENSITIVE, value: false },
    { type: constants.CKA_EXTRACTABLE, value: true },
  ]);
  try {
    return cryptoki.C_GetAttributeValue(session, key, [{ type: constants.CKA_VALUE }])[0]!.value;
  } finally {
    cryptoki.C_DestroyObject(session, key);
  }
}

function stepsTo(
  bdkType: KeyType,
  { dukpt, use, allows }: Pick<WantedKey<unknown>, 'dukpt' | 'use' | 'allows'>,
): { chain: Step[]; working: Step } {
  const ksn = usableKsn(dukpt.scheme, dukpt.ksn);
  if (dukpt.scheme !== 'AES-DUKPT') throw unsupported('scheme');
  const [type, workingType] = [derivedType(bdkType), derivedType(dukpt.keyType)];
  if (KEY_BYTES[workingType] > KEY_BYTES[type]) {
    throw new HsmError('usage_denied', 'a working key may not be stronger than the key it is derived from');
  }
  const at = (usage: AesUsage, counter: number, uses: readonly Use[]): Step => ({
    usage,
    type,
    context: aesContext(ksn.initialKeyId, counter),
    uses,
  });
  const working = at(aesUsageOf(use, dukpt.variant), ksn.counter, allows);
  return {
    chain: [
      { usage: AES_USAGE.initialKey, type, context: hex(ksn.initialKeyId), uses: ['CKA_DERIVE'] },
      ...aesChain(ksn.counter).map((reached) => at(AES_USAGE.keyDerivation, reached, ['CKA_DERIVE'])),
    ],
    working: { ...working, type: workingType },
  };
}

function derivedType(type: KeyType): AesType {
  if (type !== 'AES128' && type !== 'AES192' && type !== 'AES256') throw unsupported(type);
  return type;
}

async function derive(request: TokenRequest, from: Handle, step: Step, readable?: Template): Promise<Handle> {
  const { cryptoki, constants, session } = request;
  const data = derivationData(step.usage, step.type, step.context);
  const own = derivedTemplate(constants, step);
  const template = readable === undefined ? own : replaced(own, readable);
  request.held = data;
  return cryptoki.C_DeriveKeyAsync(session, derivation(request, data), from, template);
}

function derivation({ constants, derivationString }: TokenRequest, data: Buffer): Mechanism {
  if (data.length === BLOCK_BYTES) {
    const parameter = { type: constants.CK_PARAMS_AES_CBC, iv: ZERO_IV, data };
    return { mechanism: constants.CKM_AES_CBC_ENCRYPT_DATA, parameter };
  }
  if (derivationString === undefined) throw unsupported('addon_missing');
  return { mechanism: constants.CKM_AES_ECB_ENCRYPT_DATA, parameter: derivationString(data) };
}

/** Templates by type and uses: the steps of every chain share them. */
const TEMPLATES = new Map<string, Template>();

function derivedTemplate(constants: Constants, { type, uses }: Step): Template {
  const name = `${type} ${uses.join(' ')}`;
  let template = TEMPLATES.get(name);
  if (template === undefined) {
    template = [
      ...secretKey(constants, type),
      { type: constants.CKA_TOKEN, value: false },
      ...useFlags(constants, uses),
    ];
    TEMPLATES.set(name, template);
  }
  return template;
}

function replaced(template: Template, by: Template): Template {
  return template.map((one) => by.find(({ type }) => type === one.type) ?? one);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function unsupported(detail: string): HsmError {
  return new HsmError('unsupported', 'this DUKPT key cannot be derived inside the token', { detail });
}
