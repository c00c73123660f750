import { parseArgs } from 'node:util';
import { PLANTED_BUGS, type PlantedBugName } from '../test/simulation/planted-bugs.js';
import { runScenario } from '../test/simulation/scenario.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run simulate -- [options]
Runs the real payment and switch services in simulated time, with crashes at any await and a bad wire; one seed is one history.
  --seeds <n>     how many histories (default 1000)
  --from <n>      first seed (default 1)
  --seed <n>      one history, with its trace
  --bug <name>    plant a bug: ${Object.keys(PLANTED_BUGS).join(' · ')}
Prints one JSON line and ends with 1 when a rule was broken.`;

const FAILURES_SHOWN_MAX = 10;
const PROGRESS_MS = 5_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      bug: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print(HELP, 0);
  const bug = values.bug as PlantedBugName | undefined;
  if (bug !== undefined && !Object.hasOwn(PLANTED_BUGS, bug)) return print(HELP, 2);
  if (values.seed !== undefined) return replay(wholeNumber(values.seed), bug);
  return runMany(wholeNumber(values.from), wholeNumber(values.seeds), bug);
}

async function replay(seed: number, bug: PlantedBugName | undefined): Promise<number> {
  const { trace, violations, ...facts } = await runScenario(seed, { bug, traced: true });
  for (const line of trace) process.stdout.write(`${line}\n`);
  return print(JSON.stringify({ ...facts, violations }), violations.length === 0 ? 0 : 1);
}

async function runMany(from: number, seeds: number, bug: PlantedBugName | undefined): Promise<number> {
  const startedMs = performance.now();
  const totals = { seeds, payments: 0, crashes: 0, violations: 0, virtual_hours: 0 };
  const failures: { seed: number; rules: string[] }[] = [];
  let shownMs = startedMs;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await runScenario(seed, { bug });
    totals.payments += result.payments;
    totals.crashes += result.crashes;
    totals.virtual_hours += result.virtualMs / 3_600_000;
    if (result.violations.length > 0) {
      totals.violations += 1;
      if (failures.length < FAILURES_SHOWN_MAX)
        failures.push({ seed, rules: [...new Set(result.violations.map(({ rule }) => rule))] });
    }
    if (process.stderr.isTTY && performance.now() - shownMs > PROGRESS_MS) {
      shownMs = performance.now();
      process.stderr.write(`${seed - from + 1} of ${seeds} seeds, ${totals.violations} with a broken rule\n`);
    }
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const line = { ...totals, virtual_hours: Math.round(totals.virtual_hours * 10) / 10, seconds, failures };
  return print(JSON.stringify(line), failures.length === 0 ? 0 : 1);
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new RangeError('a seed or a count is a whole number');
  return Number(text);
}

function print(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

process.exitCode = await main().catch(failInOneLine);
