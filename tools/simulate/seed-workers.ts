import { parentPort, Worker } from 'node:worker_threads';
import type { PlantedBugName } from '../../test/simulation/planted-bugs.js';
import { runScenario } from '../../test/simulation/scenario.js';
import { addUp, emptyTotals, totalsOf, type SeedTotals } from './seed-totals.js';

/** Histories that a thread lives between two reports: a second or so. */
const SLICE = 100;
/** A history leaves nothing behind: a roomy nursery saves most of the collector's work. */
const NURSERY_MB = 64;

interface Slice {
  readonly from: number;
  readonly seeds: number;
  readonly bug: PlantedBugName | undefined;
}

/** Threads that live histories; each takes the next slice when it has done one, so a slow one holds nobody up. */
export class SeedWorkers {
  constructor(
    private readonly program: URL,
    private readonly threads: number,
  ) {}

  /** @throws Error a thread died */
  async live(
    span: { readonly from: number; readonly seeds: number },
    bug: PlantedBugName | undefined,
    hear: (part: SeedTotals) => void,
  ): Promise<void> {
    let next = span.from;
    const end = span.from + span.seeds;
    const take = (): Slice | undefined => {
      if (next >= end) return undefined;
      const slice = { from: next, seeds: Math.min(SLICE, end - next), bug };
      next += slice.seeds;
      return slice;
    };
    await Promise.all(Array.from({ length: this.threads }, () => this.#work(take, hear)));
  }

  #work(take: () => Slice | undefined, hear: (part: SeedTotals) => void): Promise<void> {
    const worker = new Worker(this.program, { resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB } });
    return new Promise((resolve, reject) => {
      const giveNext = (): void => {
        const slice = take();
        if (slice === undefined) worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(slice);
      };
      worker.on('message', (part: SeedTotals) => {
        hear(part);
        giveNext();
      });
      worker.on('error', reject);
      giveNext();
    });
  }
}

/** The other end: what a thread does with each slice it is given. */
export function liveSeeds(): void {
  const port = parentPort;
  port?.on('message', (slice: Slice) => {
    void liveSlice(slice).then((totals) => port.postMessage(totals));
  });
}

async function liveSlice({ from, seeds, bug }: Slice): Promise<SeedTotals> {
  const totals = emptyTotals();
  for (let seed = from; seed < from + seeds; seed += 1) addUp(totals, totalsOf(await runScenario(seed, { bug })));
  return totals;
}
