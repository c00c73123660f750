import { AppError } from '@tsunagu/kernel';

/** The order asks for something this counterpart's wire cannot say. */
export class UnspeakableOrderError extends AppError {
  readonly code = 'method_not_supported';
  readonly category = 'unprocessable';

  constructor(rule: string) {
    super('the order cannot be said on this link', { rule });
  }
}
