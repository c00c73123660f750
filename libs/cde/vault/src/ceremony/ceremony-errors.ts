import { AppError } from '@tsunagu/kernel';

/** Unknown custodian, wrong secret, or locked: one answer for all. */
export class CustodianRefusedError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  constructor() {
    super('this custodian is not known, or has not proved it');
  }
}

/** The second person of a dual control is the first one. */
export class SecondPersonError extends AppError {
  readonly code = 'second_person_required';
  readonly category = 'forbidden';

  constructor() {
    super('this step belongs to another custodian');
  }
}

/** An order or a ceremony that is not open: unknown, done, or too old. */
export class NotOpenError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(what: 'order' | 'ceremony' | 'custodians') {
    super(`there is nothing open here: ${what}`, { what });
  }
}

/** A component or key description that cannot become a key of this house. Names the rule, never a value. */
export class CeremonyInputError extends AppError {
  readonly code = 'parameter_invalid';
  readonly category = 'invalid';

  constructor(rule: string) {
    super(rule);
  }
}
