import { isoDialects } from './iso-samples.js';
import { isoSurfaces } from './iso-surfaces.js';
import { fuzzReport, isClean, runFuzz, type SurfaceResult } from './run-fuzz.js';
import { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

/** No input may hold a line longer than this. @source issue 4, "Bad input" */
const SLOW_MS = 50;
/** Looks at an input that was slow by the clock: a busy machine takes the processor away, and then the clock says nothing. */
const SECOND_LOOKS = 3;

/** What a run found. */
export interface IsoFuzz {
  readonly results: readonly SurfaceResult[];
  /** Inputs that took longer than 50 ms of processor time each time that they were fed again. */
  readonly slow: readonly { readonly surface: string; readonly index: number }[];
  readonly slowestMs: number;
  readonly isClean: boolean;
}

/** Feed framing, codec and validator with damaged vectors. The same seed gives the same inputs. @param vectors path of the vector file */
export async function runIsoFuzz(vectors: string, inputs: number, seed: number): Promise<IsoFuzz> {
  const slow: { surface: string; index: number }[] = [];
  let slowestMs = 0;
  const watched = isoSurfaces(await isoDialects(vectors)).map((surface): Surface => {
    let index = -1;
    return {
      ...surface,
      feed: (random) => {
        index += 1;
        const startMs = performance.now();
        try {
          return surface.feed(random);
        } finally {
          const tookMs = performance.now() - startMs;
          if (tookMs > SLOW_MS && isSlowAgain(surface, seed, index)) slow.push({ surface: surface.name, index });
          else if (tookMs <= SLOW_MS) slowestMs = Math.max(slowestMs, tookMs);
        }
      },
    };
  });
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // millions of refusals, and nobody reads where they were made
  try {
    const results = await runFuzz(watched, inputs, seed);
    return { results, slow, slowestMs, isClean: results.every(isClean) && slow.length === 0 };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isSlowAgain(surface: Surface, seed: number, index: number): boolean {
  for (let look = 0; look < SECOND_LOOKS; look += 1) {
    const before = process.cpuUsage();
    try {
      void surface.feed(new SeededRandom(seed, index));
    } catch {
      // judged when it was fed the first time
    }
    const { user, system } = process.cpuUsage(before);
    if (user + system <= SLOW_MS * 1000) return false;
  }
  return true;
}

/** Lines of a report. */
export function isoFuzzReport({ results, slow, slowestMs }: IsoFuzz, seed: number): string[] {
  const inputs = results.reduce((sum, one) => sum + one.inputs, 0);
  return [
    ...fuzzReport(results, seed),
    `fuzz iso: ${inputs} inputs, ${slow.length} over ${SLOW_MS} ms, slowest of the others ${slowestMs.toFixed(1)} ms`,
    ...slow.map(({ surface, index }) => `  slow at seed ${seed}, input ${index} of ${surface}`),
  ];
}
