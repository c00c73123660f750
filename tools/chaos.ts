import { parseArgs } from 'node:util';
import { runChaos, type ChaosResult } from './chaos/chaos-run.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run chaos -- [options]
Starts a house of its own, lets 32 to 192 tills pay through a faulty wire (6 % of messages) while processes, database and Redis are
killed with signal 9 and the queue is wiped, waits for quiet, and compares the issuers' books with ours.
  --payments <n>           how many purchases (default 300)
  --seed <n>               decides customers, faults and kills (default: the clock)
  --queue postgres|redis   the bell (default postgres)
  --scan                   before the house stops, look for card numbers in its database, queue, files and memory (npm run pan-scan)
  --switches <n>           replicas of the switch, 1 to 3 (default 1); every one of them is killed too
  --rotate                 change every type of key once, by two custodians, while the tills pay; some customers type a PIN
  --minutes <n>            end a run whose tills are not done by then, and say what is stuck (default: 8, more for many payments)
  --keep                   leave the data folder .tsunagu/chaos-<seed> for npm run pan-scan -- --dir
  --quiet                  no progress lines
Prints one JSON line; \`mix\` says how many of each kind were tried. Ends with 1 unless double = orphan = phantom = stuck = difference_yen = difference_foreign = 0 (and
nothing found by --scan, and failed_by_key = tokens_doubled = 0 with --rotate), or when a run of 300 or more did not try a kind that it must
(\`missing\`); with 2 when it is stuck or cannot run.`;

const CEILING_MIN_MS = 480_000;
/** A house that serves fewer than three customers a second under blows does not go forward. */
const CEILING_PER_PAYMENT_MS = 333;
/** After the ceiling the house gets this long to stop; a run must end whatever happens. */
const LAST_WORD_MS = 180_000 + 120_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      payments: { type: 'string', default: '300' },
      seed: { type: 'string' },
      queue: { type: 'string', default: 'postgres' },
      keep: { type: 'boolean', default: false },
      scan: { type: 'boolean', default: false },
      rotate: { type: 'boolean', default: false },
      switches: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || (values.queue !== 'postgres' && values.queue !== 'redis')) {
    process.stdout.write(`${HELP}\n`);
    return values.help ? 0 : 2;
  }
  const payments = wholeNumber(values.payments);
  const ceilingMs =
    values.minutes === undefined
      ? Math.max(CEILING_MIN_MS, payments * CEILING_PER_PAYMENT_MS)
      : wholeNumber(values.minutes) * 60_000;
  endAnyway(ceilingMs + LAST_WORD_MS);
  const result = await runChaos(process.cwd(), {
    payments,
    ceilingMs,
    scan: values.scan,
    rotate: values.rotate,
    switches: wholeNumber(values.switches),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber(values.seed),
    queue: values.queue,
    keep: values.keep,
    say: (line) => void (values.quiet || process.stderr.write(`${line}\n`)),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return isClean(result) ? 0 : 1;
}

function isClean(result: ChaosResult): boolean {
  const { double, orphan, phantom, stuck, difference_yen: yen, difference_foreign: foreign } = result;
  const broken = double + orphan + phantom + stuck + yen + foreign;
  const keys = (result.failed_by_key ?? 0) + (result.tokens_doubled ?? 0);
  if (result.missing.length > 0) return false;
  return broken + keys === 0 && result.complaints.length === 0 && (result.scan?.hits ?? 0) === 0;
}

/** Leashes end the children of a run that ends like this. */
function endAnyway(afterMs: number): void {
  const end = () => {
    process.stderr.write(`the run neither ends nor stops after ${afterMs / 1000} s: given up\n`);
    process.exit(2);
  };
  setTimeout(end, afterMs).unref();
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new RangeError('a count or a seed is a whole number above zero');
  return Number(text);
}

process.exitCode = await main().catch(failInOneLine);
