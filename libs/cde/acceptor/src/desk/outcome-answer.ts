import type { HqOutcome } from '@tsunagu/contracts';
import type { ErrorCategory } from '@tsunagu/kernel';
import { ACTION } from '../message/action.js';
import type { HqAnswer } from '../message/answer.js';

/** What a refusal of ours is called on the wire; the rest is an invalid transaction. */
const REFUSALS: Readonly<Record<string, string>> = {
  card_data_invalid: ACTION.formatError,
  ksn_replay: ACTION.securityViolation,
  ksn_stale: ACTION.securityViolation,
  terminal_blocked: ACTION.notPermitted,
  method_not_supported: ACTION.notSupported,
  plan_not_allowed: ACTION.notSupported,
  amount_invalid: ACTION.invalidAmount,
  amount_exceeds_refundable: ACTION.invalidAmount,
  amount_exceeds_authorized: ACTION.invalidAmount,
  resource_missing: ACTION.originalNotFound,
};
/** Categories that say: asked in vain, and asked again in vain. Everything else may be different in a moment. */
const FINAL: ReadonlySet<ErrorCategory> = new Set([
  'invalid',
  'unprocessable',
  'forbidden',
  'not_found',
  'conflict',
  'gone',
]);
/** The same words are on their way at this very moment. */
const PASSING: ReadonlySet<string> = new Set(['idempotency_in_progress']);

/** A remote error, as the ports describe it. */
export interface Refusal {
  readonly code: string;
  readonly category: ErrorCategory;
}

/** Whether an error of a port is an answer. @returns its action code; undefined: try again, or give up safely */
export function refusalCode(error: unknown): string | undefined {
  const { code, category } = (error ?? {}) as Partial<Refusal>;
  if (typeof code !== 'string' || category === undefined) return undefined;
  if (!FINAL.has(category) || PASSING.has(code)) return undefined;
  return REFUSALS[code] ?? ACTION.invalidTransaction;
}

/** The answer to a request whose outcome is known. @returns undefined while it is open */
export function answerOf(outcome: HqOutcome, askedMinor: number): HqAnswer | undefined {
  switch (outcome.state) {
    case 'open':
      return undefined;
    case 'undone':
      return { actionCode: ACTION.timedOut };
    case 'declined':
      return { actionCode: outcome.actionCode ?? ACTION.unavailable, emvResponse: outcome.emvResponse ?? undefined };
    case 'approved':
      return approvalOf(outcome, askedMinor);
  }
}

function approvalOf(outcome: HqOutcome, askedMinor: number): HqAnswer {
  const { approvedMinor } = outcome;
  const isPart = approvedMinor !== null && approvedMinor < askedMinor;
  const actionCode = isPart ? ACTION.partial : (outcome.actionCode ?? ACTION.approved);
  return {
    actionCode: actionCode.startsWith('0') ? actionCode : ACTION.approved,
    approvalCode: outcome.approvalCode ?? undefined,
    approvedMinor: isPart ? approvedMinor : undefined,
    emvResponse: outcome.emvResponse ?? undefined,
  };
}
