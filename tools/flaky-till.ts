import { parseArgs } from 'node:util';
import { runFlakyTill, type FlakyResult } from './flaky-till/flaky-run.js';
import { isClean } from './flaky-till/judge.js';
import { openTills } from './flaky-till/till-process.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run flaky-till -- [options]
Starts a house of its own and lets tills that use @tsunagu/sdk pay through a bad line: connections break before a request arrives, after it and
before its answer, in the middle of an answer, or are slow; three times the network goes away for six seconds, and refuses or forgets who knocks.
Processes of tills are killed with signal 9 while requests are under way and resume from their journals; tablets are lost in the middle of a
payment and others take over.
  --payments <n>   how many customers (default 1000)
  --loss <n>       of a hundred exchanges, how many meet trouble (default 10)
  --seed <n>       decides customers, trouble and kills (default: the clock)
  --bug new-key    plant a bug: tills that make a new key and a new reference for every try; the run must then fail
  --minutes <n>    end a run that is not done by then, and say where it stands (default: 5, more for many payments)
  --keep           leave the data folder .tsunagu/flaky-<seed>
  --quiet          no progress lines
Prints one JSON line; ends with 1 unless double = orphan = phantom = stuck = difference_yen = difference_foreign = lies = untold = 0, no till met trouble of its own,
and known_after_return_s is at most 60 (\`after_return\` says what the slowest waited for); with 2 when it is stuck or cannot run.`;

const KNOWN_WITHIN_S = 60;
const CEILING_MIN_MS = 300_000;
const CEILING_PER_PAYMENT_MS = 600;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      payments: { type: 'string', default: '1000' },
      loss: { type: 'string', default: '10' },
      seed: { type: 'string' },
      bug: { type: 'string' },
      minutes: { type: 'string' },
      keep: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || (values.bug !== undefined && values.bug !== 'new-key')) {
    process.stdout.write(`${HELP}\n`);
    return values.help ? 0 : 2;
  }
  const payments = wholeNumber(values.payments);
  const result = await runFlakyTill(process.cwd(), {
    payments,
    lossPercent: values.loss === '0' ? 0 : wholeNumber(values.loss),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber(values.seed),
    isNaive: values.bug === 'new-key',
    keep: values.keep,
    ceilingMs:
      values.minutes === undefined
        ? Math.max(CEILING_MIN_MS, payments * CEILING_PER_PAYMENT_MS)
        : wholeNumber(values.minutes) * 60_000,
    main: process.argv[1]!,
    say: (line) => void (values.quiet || process.stderr.write(`${line}\n`)),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return isGood(result) ? 0 : 1;
}

function isGood(result: FlakyResult): boolean {
  return isClean(result) && result.troubles.length === 0 && result.known_after_return_s <= KNOWN_WITHIN_S;
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new RangeError('a count, a share or a seed is a whole number above zero');
  return Number(text);
}

if (process.argv.includes('--tills')) openTills();
else process.exitCode = await main().catch(failInOneLine);
