import { AppError, type ErrorCategory, type ErrorFacts } from '@tsunagu/kernel';

const REFUSALS = {
  resource_missing: ['not_found', 'there is no such resource'],
  state_conflict: ['conflict', 'the current state of the payment does not allow this'],
  amount_exceeds_refundable: ['conflict', 'the amount exceeds what can still be refunded'],
  amount_exceeds_authorized: ['conflict', 'the amount exceeds what is authorized'],
  already_captured: ['conflict', 'the payment is captured already'],
  idempotency_in_progress: ['conflict', 'the same intent is being stored at this moment'],
  idempotency_key_reused: ['unprocessable', 'the idempotency key was used for another request'],
  client_reference_exists: ['conflict', 'the client reference names another payment'],
  client_reference_burned: ['conflict', 'the client reference was given up and cannot be used'],
  self_approval: ['forbidden', 'another person has to approve it'],
  terminal_blocked: ['forbidden', 'the terminal is blocked'],
  method_not_supported: ['unprocessable', 'the terminal has no contract for this method'],
  card_data_invalid: ['unprocessable', 'the card was not shown as the rules want it'],
  verification_required: ['unprocessable', 'the holder of the card was not verified as the rules want it'],
  plan_not_allowed: ['unprocessable', 'the card or the contract does not allow this payment plan'],
  plan_needs_whole_refund: ['conflict', 'a part of this plan can be given back only after the issuer has agreed'],
  dcc_choice_invalid: ['unprocessable', 'the choice does not fit the offer of this payment'],
  offer_expired: ['gone', 'the time of the offer is over'],
  amount_invalid: ['invalid', 'the amount is not a positive number of minor units'],
} as const satisfies Record<string, readonly [ErrorCategory, string]>;

/** Codes of this feature's refusals; they are part of the public API and never change meaning. */
export type PaymentErrorCode = keyof typeof REFUSALS;

/** A payment, or a movement on it, was refused before anything moved. */
export class PaymentError extends AppError {
  readonly category: ErrorCategory;

  constructor(
    readonly code: PaymentErrorCode,
    facts: ErrorFacts = {},
  ) {
    super(REFUSALS[code][1], facts);
    this.category = REFUSALS[code][0];
  }
}

/** The transition table has no such move. Terminal states are immutable, so a late or double message ends here. */
export class IllegalTransitionError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(from: string, trigger: string) {
    super('the transition table has no such move', { current_status: from, trigger });
  }
}

/** An amount that a merchant asks for, when he names one. @throws PaymentError `amount_invalid` not a positive integer */
export function checkAsked(amountMinor: number | undefined): void {
  if (amountMinor === undefined) return;
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) throw new PaymentError('amount_invalid');
}
