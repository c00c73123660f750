import { AppError, type ErrorCategory } from '@tsunagu/kernel';

/** Why an HSM call gave no result. */
export type HsmReason = 'unavailable' | 'timeout' | 'key_unknown' | 'usage_denied' | 'mac' | 'format' | 'unsupported';

const MEANING: Readonly<Record<HsmReason, { code: string; category: ErrorCategory }>> = {
  unavailable: { code: 'card_service_unavailable', category: 'not_sent' },
  timeout: { code: 'card_service_unavailable', category: 'not_sent' },
  key_unknown: { code: 'hsm_key_unknown', category: 'internal' },
  usage_denied: { code: 'hsm_key_usage_denied', category: 'forbidden' },
  mac: { code: 'card_data_invalid', category: 'unprocessable' },
  format: { code: 'card_data_invalid', category: 'unprocessable' },
  unsupported: { code: 'hsm_unsupported', category: 'internal' },
};

/** The one error of every HSM method; `reason` tells callers apart what people read in the message. Never a key byte, never a plaintext. */
export class HsmError extends AppError {
  readonly code: string;
  readonly category: ErrorCategory;

  constructor(
    readonly reason: HsmReason,
    message: string,
    facts: { readonly key?: string; readonly operation?: string; readonly detail?: string } = {},
  ) {
    super(message, { reason, ...facts });
    this.code = MEANING[reason].code;
    this.category = MEANING[reason].category;
  }
}
