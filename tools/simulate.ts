import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { PLANTED_BUGS, type PlantedBugName } from '../test/simulation/planted-bugs.js';
import { runScenario } from '../test/simulation/scenario.js';
import { failInOneLine } from './proof/fail.js';
import { addUp, emptyTotals, type SeedTotals } from './simulate/seed-totals.js';
import { liveSeeds, SeedWorkers } from './simulate/seed-workers.js';

const HELP = `npm run simulate -- [options]
Runs the real payment and switch services in simulated time, with crashes at any await and a bad wire; one seed is one history.
  --seeds <n>     how many histories (default 1000)
  --from <n>      first seed (default 1)
  --threads <n>   how many at once (default: one per core)
  --seed <n>      one history, with its trace
  --bug <name>    plant a bug: ${Object.keys(PLANTED_BUGS).join(' · ')}
Tells its progress, prints one JSON line and ends with 1 when a rule was broken.`;

const PROGRESS_MS = 10_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string' },
      bug: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print(HELP, 0);
  const bug = values.bug as PlantedBugName | undefined;
  if (bug !== undefined && !Object.hasOwn(PLANTED_BUGS, bug)) return print(HELP, 2);
  if (values.seed !== undefined) return replay(wholeNumber(values.seed), bug);
  const span = { from: wholeNumber(values.from), seeds: wholeNumber(values.seeds) };
  return runMany(span, Math.max(1, wholeNumber(values.threads)), bug);
}

async function replay(seed: number, bug: PlantedBugName | undefined): Promise<number> {
  const { trace, violations, ...facts } = await runScenario(seed, { bug, traced: true });
  for (const line of trace) process.stdout.write(`${line}\n`);
  return print(JSON.stringify({ ...facts, violations }), violations.length === 0 ? 0 : 1);
}

async function runMany(
  span: { readonly from: number; readonly seeds: number },
  threads: number,
  bug: PlantedBugName | undefined,
): Promise<number> {
  const startedMs = performance.now();
  const totals = emptyTotals();
  const report = setInterval(() => tell(totals, span.seeds, performance.now() - startedMs), PROGRESS_MS);
  try {
    const workers = new SeedWorkers(new URL(import.meta.url), Math.min(threads, span.seeds));
    await workers.live(span, bug, (part) => addUp(totals, part));
  } finally {
    clearInterval(report);
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const { virtualMs, failures, ...counts } = totals;
  const line = { ...counts, virtual_hours: Math.round(virtualMs / 360_000) / 10, threads, seconds, failures };
  return print(JSON.stringify(line), totals.violations === 0 ? 0 : 1);
}

function tell(totals: SeedTotals, seeds: number, elapsedMs: number): void {
  const left = Math.round(((elapsedMs / Math.max(1, totals.seeds)) * (seeds - totals.seeds)) / 1_000);
  process.stderr.write(
    `${totals.seeds} of ${seeds} seeds, ${totals.violations} with a broken rule, about ${left} s to go\n`,
  );
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new RangeError('a seed or a count is a whole number');
  return Number(text);
}

function print(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

if (isMainThread) process.exitCode = await main().catch(failInOneLine);
else liveSeeds();
