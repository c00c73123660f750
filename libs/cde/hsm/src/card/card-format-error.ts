import { AppError } from '@tsunagu/kernel';

/** What came out of a reader is not card data. One answer for every fault: no digit and no rule that could guide a guess. */
export class CardFormatError extends AppError {
  readonly code = 'card_data_invalid';
  readonly category = 'unprocessable';

  constructor() {
    super('the card data cannot be read');
  }
}
