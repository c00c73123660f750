import { AppError, type ErrorFacts } from '@tsunagu/kernel';

/** PostgreSQL cannot be reached or refused work. `facts.commit` is `unknown` when the answer to a commit was lost. */
export class DatabaseUnavailableError extends AppError {
  readonly code = 'temporary_reduced_capacity';
  readonly category = 'internal';
  readonly status = 503;

  constructor(facts: ErrorFacts = {}) {
    super('the database cannot be reached', facts);
  }
}

/** A unique constraint was hit. Callers compare `constraint` with the name they wrote in the migration. */
export class UniqueViolationError extends AppError {
  readonly code = 'unique_violation';
  readonly category = 'conflict';

  constructor(readonly constraint: string) {
    super('a unique constraint was violated', { constraint });
  }
}

/** Any other refusal of the database: a bug of ours, or a rule in the schema. Never carries values, query or detail. */
export class DatabaseError extends AppError {
  readonly code = 'internal_error';
  readonly category = 'internal';

  constructor(
    readonly sqlState: string,
    facts: ErrorFacts = {},
  ) {
    super('the database refused a statement', { sqlState, ...facts });
  }
}

interface PgErrorShape {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly severity?: unknown;
}

const UNIQUE_VIOLATION = '23505';
/** Classes 08 connection, 40 rollback, 53 resources, 57 operator intervention, 58 system: nothing is wrong with the statement. */
const UNAVAILABLE = /^(08|40|53|57|58)/;

/**
 * Translate what `pg` threw into an error without query, parameters or detail: those hold values.
 * Errors of this house pass unchanged.
 */
export function mapDatabaseError(error: unknown, statement?: string): Error {
  if (error instanceof AppError) return error;
  const { code, constraint, table, severity } = (error ?? {}) as PgErrorShape;
  // Only the server's own errors have a severity; EPIPE, too, has five letters.
  if (typeof code !== 'string' || typeof severity !== 'string') {
    return new DatabaseUnavailableError({ reason: connectionReason(error), statement });
  }
  if (code === UNIQUE_VIOLATION) return new UniqueViolationError(typeof constraint === 'string' ? constraint : '');
  if (UNAVAILABLE.test(code)) return new DatabaseUnavailableError({ reason: code, statement });
  return new DatabaseError(code, {
    statement,
    constraint: typeof constraint === 'string' ? constraint : undefined,
    table: typeof table === 'string' ? table : undefined,
  });
}

function connectionReason(error: unknown): string {
  const code = (error as PgErrorShape | undefined)?.code;
  return typeof code === 'string' ? code : 'connection';
}
