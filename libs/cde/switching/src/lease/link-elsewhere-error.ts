import { AppError } from '@tsunagu/kernel';

/**
 * Another process leads the link, or nobody does for a moment: nothing was sent and nothing was written. Whoever leads it may be asked the
 * same thing.
 */
export class LinkElsewhereError extends AppError {
  readonly code = 'link_elsewhere';
  readonly category = 'not_sent';

  constructor(readonly link: string) {
    super('another process leads the link', { link });
  }
}
