import type { Target } from './disturber.js';
import type { OwnRedis } from './own-redis.js';
import { wipePostgresQueue, wipeRedisQueue } from './queue-wiper.js';
import type { Stack } from './stack.js';

/** The victim that is no process: all that the queue holds. */
export const QUEUE = 'queue';

/** Longest time in which a struck house must be ready again. */
const RECOVERY_MS = 120_000;

/** The house of this run as the disturber sees it. */
export function targetOf(stack: Stack, redis: OwnRedis | undefined): Target {
  const wipe = () => (redis === undefined ? wipePostgresQueue(stack.databaseUrl()) : wipeRedisQueue(redis.url));
  const recovered = () => stack.waitReady(RECOVERY_MS);
  return {
    recovered,
    strike: async (name) => {
      if (name === 'redis') return redis?.kill9();
      if (name !== QUEUE) return stack.kill9(name);
      try {
        await wipe();
      } catch {
        await recovered(); // the blow before this one hit the place of the queue itself
        await wipe();
      }
    },
  };
}
