import type { Clock } from '@tsunagu/kernel';
import type { Centre } from '@tsunagu/platform';
import type { SwitchingLog } from '../desk.js';
import { PostgresDifferenceCases } from '../postgres/postgres-difference-cases.js';
import { PostgresReconciliationBooks } from '../postgres/postgres-reconciliation-books.js';
import { CaseInvestigator } from './case-investigator.js';
import type { DetailSource, DifferenceCases } from './difference-cases.js';
import type { ReconciliationMeans } from './reconciler.js';

/** The parts that the reconcilers of all links of a process share, on PostgreSQL. */
export interface ReconciliationParts extends ReconciliationMeans {
  readonly cases: DifferenceCases;
}

export function reconciliationParts(house: {
  readonly centre: Centre;
  readonly source: DetailSource;
  readonly clock: Clock;
  readonly log: SwitchingLog;
}): ReconciliationParts {
  const cases = new PostgresDifferenceCases(house.centre);
  const books = new PostgresReconciliationBooks(house.centre);
  return { books, cases, investigator: new CaseInvestigator(cases, house.source, house.clock, house.log) };
}
