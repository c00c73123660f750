/** What a caller may do about an error. Callers branch on the category; people read the code. */
export type ErrorCategory =
  | 'invalid'
  | 'unprocessable'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'limited'
  | 'not_sent'
  | 'outcome_unknown'
  | 'internal';

/** Facts for logs and problem bodies: names, states, counts. Never a value that came from a card or a key. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Base of every error this product throws on purpose.
 *
 * `message` is a constant English sentence; `facts` carry names and states. There is no `cause`: loggers print
 * causes, and a cause may hold card data.
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  abstract readonly category: ErrorCategory;
  readonly facts: ErrorFacts;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message);
    this.name = new.target.name;
    this.facts = facts;
  }
}

/** A rule that cannot be broken was broken: a bug of ours, never the caller's fault. */
export class InvariantError extends AppError {
  readonly code = 'internal_error';
  readonly category = 'internal';
}

/**
 * Guard what cannot be false, at both ends of a boundary.
 * @param rule the rule in words, a constant
 * @throws InvariantError when the condition does not hold
 */
export function invariant(condition: unknown, rule: string, facts: ErrorFacts = {}): asserts condition {
  if (!condition) throw new InvariantError(`invariant broken: ${rule}`, facts);
}
