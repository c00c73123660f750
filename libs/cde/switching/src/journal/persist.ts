import type { Clock } from '@tsunagu/kernel';
import { DatabaseUnavailableError } from '@tsunagu/platform';

const WAITS_MS = [50, 100, 200, 500, 1_000, 2_000, 2_000, 5_000, 5_000, 5_000];

/**
 * Do an idempotent journal step until the database takes it, for about twenty seconds.
 * After that the row keeps its state and crash recovery finds it: nothing is lost, only later.
 */
export async function persist<T>(clock: Clock, step: () => Promise<T>): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      await clock.sleep(waitMs);
    }
  }
  return step();
}
