import { AppError, type ErrorCategory } from '@tsunagu/kernel';

/** Another process of the house said no, or could not be asked. */
export class RemoteError extends AppError {
  readonly code: string;
  readonly category: ErrorCategory;
  /** HTTP status of the answer; 503 when there was none. */
  readonly status: number;

  constructor(answer: { code: string; category: ErrorCategory; status: number }) {
    super('another process of the house refused or did not answer', { code: answer.code, status: answer.status });
    this.code = answer.code;
    this.category = answer.category;
    this.status = answer.status;
  }
}
