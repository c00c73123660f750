import type { ConformanceTarget } from './target.js';
import type { VectorCase } from './vector-case.js';

/** How a case ended; a failure is thrown. */
export type Verdict = 'passed' | 'not supported';

/** One kind of vector, recognised by the members of its cases and never by the name of its file. */
export interface Family {
  readonly name: string;
  /** Members that every case of the family has and no other family has together. */
  readonly recognises: (one: VectorCase) => boolean;
  /** @throws CaseFailure the case fails; any other error fails it as well */
  readonly run: (one: VectorCase, target: ConformanceTarget) => Promise<Verdict>;
}
