import { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

/** What a run found at one surface. */
export interface SurfaceResult {
  readonly surface: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Different texts of refusals; more than one tells an attacker something. */
  readonly answers: readonly string[];
  /** Inputs that ended in something else, by number: the seed and the number make the input again. */
  readonly faults: readonly { readonly index: number; readonly error: string }[];
}

const FAULTS_SHOWN = 20;

/** Feed `inputs` inputs, shared out by weight. The same seed gives the same inputs. */
export async function runFuzz(surfaces: readonly Surface[], inputs: number, seed: number): Promise<SurfaceResult[]> {
  const weights = surfaces.reduce((sum, { weight }) => sum + weight, 0);
  const results: SurfaceResult[] = [];
  for (const surface of surfaces) {
    results.push(await feedSurface(surface, Math.ceil((inputs * surface.weight) / weights), seed));
  }
  return results;
}

async function feedSurface(surface: Surface, inputs: number, seed: number): Promise<SurfaceResult> {
  const answers = new Set<string>();
  const faults: { index: number; error: string }[] = [];
  let [accepted, refused] = [0, 0];
  for (let index = 0; index < inputs; index += 1) {
    const random = new SeededRandom(seed, index);
    try {
      const fed = surface.feed(random);
      if (typeof fed === 'boolean' ? fed : await fed) accepted += 1;
      else refused += 1;
    } catch (error) {
      const answer = surface.answer(error);
      if (answer === undefined)
        faults.push({ index, error: error instanceof Error ? `${error.name}: ${error.message}` : 'fault' });
      else {
        refused += 1;
        answers.add(answer);
      }
    }
  }
  return {
    surface: surface.name,
    inputs,
    accepted,
    refused,
    answers: [...answers],
    faults: faults.slice(0, FAULTS_SHOWN),
  };
}

/** Whether nothing crashed and nothing could be told apart. */
export function isClean({ answers, faults }: SurfaceResult): boolean {
  return answers.length <= 1 && faults.length === 0;
}

/** Lines of a report. */
export function fuzzReport(results: readonly SurfaceResult[], seed: number): string[] {
  return results.flatMap(({ surface, inputs, accepted, refused, answers, faults }) => [
    `fuzz ${surface}: ${inputs} inputs, ${accepted} accepted, ${refused} refused, ${answers.length} answers, ${faults.length} faults`,
    ...faults.map(({ index, error }) => `  fault at seed ${seed}, input ${index}: ${error}`),
  ]);
}
