import { AppError } from '@tsunagu/kernel';

/** Unknown, mistyped, wrong or revoked: one answer, so that nobody learns which. */
export class ApiKeyInvalidError extends AppError {
  readonly code = 'api_key_invalid';
  readonly category = 'unauthenticated';

  constructor() {
    super('the API key is not valid');
  }
}

/** The key was proved right, and its time is over. */
export class ApiKeyExpiredError extends AppError {
  readonly code = 'api_key_expired';
  readonly category = 'unauthenticated';

  constructor() {
    super('the API key has expired');
  }
}

/** The key was proved right, and may not be used from where the request came. */
export class IpNotAllowedError extends AppError {
  readonly code = 'ip_not_allowed';
  readonly category = 'forbidden';

  constructor() {
    super('the API key may not be used from this address');
  }
}

/** Nobody grants what he does not hold: more scopes, a wider node, more addresses, a longer life. */
export class GrantRefusedError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  /** @param permission what is missing: a scope, or a word for the rest */
  constructor(permission: string) {
    super('a key grants only what it holds', { permission });
  }
}

/** There is no such store, terminal or key for this asker. */
export class KeyNodeMissingError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor() {
    super('not found');
  }
}

/** A key that was revoked stays revoked. */
export class KeyRevokedError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor() {
    super('the key was revoked', { current_status: 'revoked' });
  }
}
