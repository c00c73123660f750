import type { SeededRandom } from './seeded-random.js';

/**
 * A place where bytes from outside come in. An input is accepted, or refused by an error of the named classes; everything else
 * that happens is a fault.
 */
export interface Surface {
  readonly name: string;
  /** Share of the inputs of a run. */
  readonly weight: number;
  /** @returns true when the input was accepted @throws a refusal, or a fault */
  readonly feed: (random: SeededRandom) => boolean | Promise<boolean>;
  /** The text of a refusal as the caller of this place sees it; undefined = the error is no refusal. */
  readonly answer: (error: unknown) => string | undefined;
}
