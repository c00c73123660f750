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
