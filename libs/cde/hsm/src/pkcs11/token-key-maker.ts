import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@tsunagu/kernel';
import type { Handle } from 'pkcs11js';
import { HsmError } from '../provider/hsm-error.js';
import type { HsmProvider } from '../provider/hsm-provider.js';
import type { Constants } from './cryptoki-library.js';
import { RV, rvOf } from './token-error.js';
import { encodeKeyFacts, secretKey, useFlags, usesOf, type TokenKey } from './token-key.js';
import type { TokenKeys } from './token-keys.js';
import type { TokenLink, TokenRequest } from './token-link.js';

export type NewKey = Parameters<HsmProvider['generateKey']>[0];

/** A claim this old was left by a process that died between claim and key. */
const CLAIM_DEAD_MS = 60_000;
const ATTEMPTS_MAX = 60;

/**
 * Makes keys so that racing processes end with one. A token knows no unique labels, so each maker first puts up a claim
 * object and looks for others: of two makers, whoever looks second sees the other's claim or its finished key. Both may see
 * each other; then both step back and try again after a random pause.
 */
export class TokenKeyMaker {
  readonly #making = new Map<string, Promise<TokenKey>>();

  constructor(
    private readonly link: TokenLink,
    private readonly keys: TokenKeys,
    private readonly clock: Clock,
  ) {}

  /** The key of this id, made when there is none; it may be over. @throws HsmError `unavailable` other makers do not finish */
  async make(wanted: NewKey): Promise<TokenKey> {
    let making = this.#making.get(wanted.id);
    if (making === undefined) {
      making = this.#make(wanted).finally(() => this.#making.delete(wanted.id));
      this.#making.set(wanted.id, making);
    }
    return making;
  }

  async #make(wanted: NewKey): Promise<TokenKey> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const key = await this.#tried(wanted);
      if (key !== undefined) return key;
      await pause(randomInt(2, 25));
    }
    throw new HsmError('unavailable', 'other processes do not finish this key', { key: wanted.id });
  }

  /** An object that another maker writes or removes under our eyes reads as unknown: we look again. */
  async #tried(wanted: NewKey): Promise<TokenKey | undefined> {
    try {
      return await this.link.use(async (request) => this.#attempt(request, wanted));
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') return undefined;
      throw error;
    }
  }

  /** @returns undefined while another maker is at it */
  async #attempt(request: TokenRequest, wanted: NewKey): Promise<TokenKey | undefined> {
    const known = this.keys.peek(request, wanted.id);
    if (known !== undefined) return known.key;
    const claim = putClaim(request, wanted.id, this.clock.now());
    try {
      if (this.#claims(request, wanted.id) > 1) return undefined;
      const made = this.keys.peek(request, wanted.id); // by somebody whose claim is gone again
      return made?.key ?? (await generate(request, wanted));
    } finally {
      request.cryptoki.C_DestroyObject(request.session, claim);
    }
  }

  /** Living claims; dead ones are removed. */
  #claims(request: TokenRequest, id: string): number {
    const now = this.clock.now().getTime();
    return findClaims(request, id).filter((claim) => isLiving(request, claim, now)).length;
  }
}

/** A claim that cannot be read is being written or removed at this moment: its maker is at work, so it counts. */
function isLiving({ cryptoki, constants, session }: TokenRequest, claim: Handle, nowMs: number): boolean {
  try {
    const [stamp] = cryptoki.C_GetAttributeValue(session, claim, [{ type: constants.CKA_VALUE }]);
    const madeAtMs = Number(Buffer.from(stamp!.value).toString('latin1').split('|')[0]);
    if (nowMs - madeAtMs <= CLAIM_DEAD_MS) return true;
    cryptoki.C_DestroyObject(session, claim);
    return false;
  } catch (error) {
    if (rvOf(error) === RV.objectHandleInvalid) return true;
    throw error;
  }
}

/**
 * Born as a session object, so that its check value can be computed before it may do nothing else than its usage says; the
 * copy into the token is complete from its first instant.
 */
async function generate(request: TokenRequest, wanted: NewKey): Promise<TokenKey> {
  const { cryptoki, constants, session } = request;
  const { id, usage, type, scope } = wanted;
  const state = wanted.state ?? 'active';
  const uses = usesOf(usage, state);
  const isHmac = type === 'HMAC256';
  const mechanism = isHmac ? constants.CKM_GENERIC_SECRET_KEY_GEN : constants.CKM_AES_KEY_GEN;
  const draft = await cryptoki.C_GenerateKeyAsync(session, { mechanism }, [
    ...secretKey(constants, type),
    { type: constants.CKA_TOKEN, value: false },
    ...useFlags(constants, ['CKA_SIGN', ...uses]),
  ]);
  try {
    const kcv = checkValue(request, draft, isHmac);
    const key: TokenKey = { id, usage, type, scope, state, kcv, expiresAt: wanted.expiresAt ?? null };
    storeCopy(request, draft, key);
    return key;
  } finally {
    cryptoki.C_DestroyObject(session, draft);
  }
}

/** Copy a session key into the token under its facts, allowed what its usage and state say and nothing more. */
function storeCopy({ cryptoki, constants, session }: TokenRequest, draft: Handle, key: TokenKey): void {
  cryptoki.C_CopyObject(session, draft, [
    { type: constants.CKA_TOKEN, value: true },
    { type: constants.CKA_PRIVATE, value: true },
    { type: constants.CKA_LABEL, value: key.id },
    { type: constants.CKA_ID, value: encodeKeyFacts(key) },
    ...useFlags(constants, usesOf(key.usage, key.state)),
  ]);
}

/** As {@link keyCheckValue}: CMAC of a block of zeros, or HMAC of nothing; 3 bytes. */
function checkValue({ cryptoki, constants, session }: TokenRequest, key: Handle, isHmac: boolean): string {
  cryptoki.C_SignInit(session, { mechanism: isHmac ? constants.CKM_SHA256_HMAC : constants.CKM_AES_CMAC }, key);
  const mac = isHmac
    ? cryptoki.C_SignFinal(session, Buffer.alloc(32))
    : cryptoki.C_Sign(session, Buffer.alloc(16), Buffer.alloc(16));
  return mac.toString('hex', 0, 3).toUpperCase();
}

function putClaim({ cryptoki, constants, session }: TokenRequest, id: string, now: Date): Handle {
  return cryptoki.C_CreateObject(session, [
    ...claimTemplate(constants, id),
    { type: constants.CKA_PRIVATE, value: true },
    { type: constants.CKA_VALUE, value: Buffer.from(`${now.getTime()}|${randomBytes(8).toString('hex')}`) },
  ]);
}

function findClaims({ cryptoki, constants, session }: TokenRequest, id: string): Handle[] {
  cryptoki.C_FindObjectsInit(session, claimTemplate(constants, id));
  try {
    return cryptoki.C_FindObjects(session, 64);
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function claimTemplate(constants: Constants, id: string): { type: number; value: number | boolean | string }[] {
  return [
    { type: constants.CKA_CLASS, value: constants.CKO_DATA },
    { type: constants.CKA_TOKEN, value: true },
    { type: constants.CKA_LABEL, value: `claim-${id}` },
  ];
}
