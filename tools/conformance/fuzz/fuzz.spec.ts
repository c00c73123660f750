import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderUnderTest } from '../hsm-target.js';
import { softwareProvider } from '../software-provider.js';
import { PARSING_SURFACES } from './parsing-surfaces.js';
import { payloadSurfaces } from './payload-surfaces.js';
import { fuzzReport, isClean, runFuzz } from './run-fuzz.js';
import { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

let provider: ProviderUnderTest;
beforeAll(async () => {
  provider = await softwareProvider();
});
afterAll(() => provider.close());

describe('whatever comes in', () => {
  it('is opened or refused in one way, and nothing breaks', async () => {
    const seed = 20_261_123;
    const results = await runFuzz([...PARSING_SURFACES, ...(await payloadSurfaces(provider))], 8_000, seed);
    expect(results.map(({ surface }) => surface)).toEqual([
      'tlv',
      'track2',
      'pin-block',
      'key-block',
      'ksn',
      'payload',
      'content',
    ]);
    expect(results.filter((result) => !isClean(result)).flatMap((result) => fuzzReport([result], seed))).toEqual([]);
    // inputs that are always refused, or never, would prove little
    for (const { surface, accepted, refused } of results)
      expect([surface, accepted > 0, refused > 0]).toEqual([surface, true, true]);
  }, 60_000);

  it('is the same for the same seed', () => {
    expect(new SeededRandom(7, 3).bytes(64)).toEqual(new SeededRandom(7, 3).bytes(64));
    expect(new SeededRandom(7, 3).bytes(64)).not.toEqual(new SeededRandom(7, 4).bytes(64));
  });
});

describe('the fuzzer', () => {
  const surface = (feed: Surface['feed']): Surface => ({
    name: 'x',
    weight: 1,
    feed,
    answer: (error) => (error instanceof RangeError ? error.message : undefined),
  });

  it('finds a crash and says how to see it again', async () => {
    const [result] = await runFuzz(
      [
        surface((random) => {
          if (random.below(10) === 0) throw new TypeError('oops');
          return true;
        }),
      ],
      100,
      1,
    );
    expect(isClean(result!)).toBe(false);
    expect(fuzzReport([result!], 1)[1]).toMatch(/^ {2}fault at seed 1, input \d+: TypeError: oops$/);
  });

  it('finds two answers that can be told apart', async () => {
    const [result] = await runFuzz(
      [
        surface((random) => {
          throw new RangeError(random.below(2) === 0 ? 'a' : 'b');
        }),
      ],
      50,
      1,
    );
    expect([isClean(result!), result!.answers.length]).toEqual([false, 2]);
  });
});
