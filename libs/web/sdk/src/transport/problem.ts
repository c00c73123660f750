import type { NextAction, ProblemBody } from '../wire/types.js';

/** Statuses that say nothing about a request that was sent before: the door is closed, the request may be inside. */
const CLOSED_DOOR = [401, 403, 408, 425, 429];

/**
 * The API refused, in its own words (problem+json). A decline is not a problem: it is a payment.
 * What to do is `nextAction`; what to show is `message`.
 */
export class TsunaguProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly nextAction: NextAction;
  readonly requestId: string;

  constructor(readonly body: ProblemBody) {
    super(`${body.status} ${body.code}: ${body.detail ?? body.title}`);
    this.name = 'TsunaguProblem';
    this.code = body.code;
    this.status = body.status;
    this.nextAction = body.next_action;
    this.requestId = body.request_id;
  }

  /** Whether this answer proves that the intent was not begun, also by an earlier try with the same key. */
  get provesNothingDone(): boolean {
    return this.status >= 400 && this.status < 500 && !CLOSED_DOOR.includes(this.status);
  }
}

/** A problem of ours, or undefined: a page of somebody between us and the API proves nothing. */
export function readProblem(status: number, body: unknown): TsunaguProblem | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, next_action: nextAction } = body as Partial<ProblemBody>;
  if (typeof code !== 'string' || typeof nextAction !== 'string') return undefined;
  return new TsunaguProblem({ ...(body as ProblemBody), status });
}
