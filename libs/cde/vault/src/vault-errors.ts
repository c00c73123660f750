import { AppError } from '@tsunagu/kernel';

/** Why a card was refused; for the audit, the log and the metric, never for the caller. */
export type CardFault =
  | 'request_shape'
  | 'payload_shape'
  | 'counter_unusable'
  | 'device_unknown'
  | 'device_blocked'
  | 'key_unknown'
  | 'mac'
  | 'content'
  | 'clear_card_data'
  | 'pin_block'
  | 'pin_unsupported';

/** The card cannot be taken. One text and shape for every fault, so that nobody can probe devices, keys or padding. */
export class CardDataInvalidError extends AppError {
  readonly code = 'card_data_invalid';
  readonly category = 'unprocessable';

  constructor(readonly fault: CardFault) {
    super('the card data cannot be used', { reason: fault });
  }
}

/** This KSN was used for something else: another ciphertext, or another purchase. */
export class KsnReplayError extends AppError {
  readonly code = 'ksn_replay';
  readonly category = 'conflict';

  constructor() {
    super('this key serial number has been used for another request');
  }
}

/** A message never seen before that lies too far behind the newest of its device. */
export class KsnStaleError extends AppError {
  readonly code = 'ksn_stale';
  readonly category = 'conflict';

  constructor() {
    super('this key serial number is too old');
  }
}

/** No such token for this tenant; another tenant's token gets the same answer. */
export class TokenMissingError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor() {
    super('there is no such card token');
  }
}

/** The token was revoked, for ever: nothing is sealed from it any more. */
export class TokenRevokedError extends AppError {
  readonly code = 'token_revoked';
  readonly category = 'conflict';

  constructor() {
    super('this card token was revoked');
  }
}

/** A single-use token that another purchase has used. */
export class TokenSpentError extends AppError {
  readonly code = 'token_spent';
  readonly category = 'conflict';

  constructor() {
    super('this card token served its one purchase');
  }
}

/** The tenant was erased: nothing of it is stored again, ever. */
export class TenantErasedError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor() {
    super('this tenant was erased from the vault');
  }
}

/** A stored account does not open with its own identity: it was changed, or moved between rows. */
export class StoredAccountError extends AppError {
  readonly code = 'internal_error';
  readonly category = 'internal';

  constructor() {
    super('a stored account failed its authentication');
  }
}

/** The initial key of a device leaves the vault in sandbox mode only. */
export class EnrolmentRefusedError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  constructor() {
    super('devices are enrolled with a clear initial key in sandbox mode only');
  }
}

/** The body of an internal request is not what the contract says. Names the field. */
export class RequestShapeError extends AppError {
  readonly code = 'parameter_invalid';
  readonly category = 'invalid';

  constructor(field: string) {
    super('the request is not understood', { field });
  }
}

/** No base key for this device: none is active for its tenant and zone, or it does not fit the profile or the loader. */
export class BaseKeyMissingError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor() {
    super('there is no active key that this device could be loaded with');
  }
}

/** The HSM of this vault cannot serve such a reader. The reason is for operators: it holds no value of a card or a key. */
export class DeviceUnservedError extends AppError {
  readonly code = 'device_profile_unsupported';
  readonly category = 'unprocessable';

  /** @param lack a clause: `it …` */
  constructor(provider: string, lack: string) {
    super(`the ${provider} provider cannot serve this reader: ${lack}`);
  }
}

/** Wrong, used or old enrolment code: one answer. */
export class EnrolmentCodeError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  constructor() {
    super('this enrolment code is not valid');
  }
}

/** No such device of this tenant; another tenant's gets the same answer. */
export class DeviceMissingError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor() {
    super('there is no such device');
  }
}

/** The reference of a merchant names another file of cards already. */
export class ReferenceTakenError extends AppError {
  readonly code = 'client_reference_exists';
  readonly category = 'conflict';

  constructor() {
    super('this reference belongs to another file of cards');
  }
}
