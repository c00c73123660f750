import type { Clock } from '@tsunagu/kernel';
import type { Handle } from 'pkcs11js';
import { HsmError } from '../provider/hsm-error.js';
import { decodeKeyFacts, encodeKeyFacts, useFlags, usesOf, type TokenKey } from './token-key.js';
import type { TokenRequest } from './token-link.js';

/** How long a handle is believed: bounds how long a key that another process destroyed or retired still works here. */
const CACHE_MS = 30_000;
const LIST_PAGE = 256;

/** A key of the token, under the login in which it was found. */
export interface FoundKey {
  readonly handle: Handle;
  readonly key: TokenKey;
}

interface Cached extends FoundKey {
  readonly untilMs: number;
}

/** The keys of a token by id: label to handle, with their facts. */
export class TokenKeys {
  constructor(private readonly clock: Clock) {}

  /** @throws HsmError `key_unknown` no such key, or its time is over */
  find(request: TokenRequest, id: string): FoundKey {
    const known = this.peek(request, id);
    if (known === undefined || isOver(known.key, this.clock.now())) throw unknownKey(id);
    return known;
  }

  /** The key as it stands in the token, also when its time is over. */
  peek(request: TokenRequest, id: string): FoundKey | undefined {
    const found = request.token.found as Map<string, Cached>;
    const now = this.clock.now().getTime();
    const known = found.get(id);
    if (known !== undefined && known.untilMs > now) return known;
    found.delete(id);
    const [handle] = search(request, [{ type: request.constants.CKA_LABEL, value: id }]);
    const key = handle === undefined ? undefined : read(request, handle);
    if (handle === undefined || key === undefined) return undefined;
    found.set(id, { handle, key, untilMs: now + CACHE_MS });
    return { handle, key };
  }

  /** Every key of the house in this token, also those whose time is over. */
  all(request: TokenRequest): FoundKey[] {
    return search(request, []).flatMap((handle) => {
      const key = read(request, handle);
      return key === undefined ? [] : [{ handle, key }];
    });
  }

  forget(request: TokenRequest, id: string): void {
    request.token.found.delete(id);
  }

  destroy(request: TokenRequest, { handle, key }: FoundKey): void {
    this.forget(request, key.id);
    request.cryptoki.C_DestroyObject(request.session, handle);
  }

  /** Write a new state: what the key may do is taken away by the token itself. */
  setState(request: TokenRequest, { handle, key }: FoundKey, state: TokenKey['state']): TokenKey {
    const next = { ...key, state };
    const { cryptoki, constants, session } = request;
    this.forget(request, key.id);
    cryptoki.C_SetAttributeValue(session, handle, [
      ...useFlags(constants, usesOf(key.usage, state)),
      { type: constants.CKA_ID, value: encodeKeyFacts(next) },
    ]);
    return next;
  }
}

export function isOver(key: TokenKey, now: Date): boolean {
  return key.expiresAt !== null && key.expiresAt <= now;
}

export function unknownKey(id: string): HsmError {
  return new HsmError('key_unknown', 'no such key', { key: id });
}

function search(request: TokenRequest, more: { type: number; value: string }[]): Handle[] {
  const { cryptoki, constants, session } = request;
  cryptoki.C_FindObjectsInit(session, [
    { type: constants.CKA_CLASS, value: constants.CKO_SECRET_KEY },
    { type: constants.CKA_TOKEN, value: true },
    ...more,
  ]);
  try {
    const handles: Handle[] = [];
    for (;;) {
      const page = cryptoki.C_FindObjects(session, LIST_PAGE);
      handles.push(...page);
      if (page.length < LIST_PAGE) return handles;
    }
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function read({ cryptoki, constants, session }: TokenRequest, handle: Handle): TokenKey | undefined {
  const [label, facts] = cryptoki
    .C_GetAttributeValue(session, handle, [{ type: constants.CKA_LABEL }, { type: constants.CKA_ID }])
    .map(({ value }) => Buffer.from(value as Buffer).toString('latin1'));
  return decodeKeyFacts(label ?? '', facts ?? '');
}
