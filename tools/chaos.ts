import { parseArgs } from 'node:util';
import { runChaos, type ChaosResult } from './chaos/chaos-run.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run chaos -- [options]
Starts a house of its own, lets 32 to 96 tills pay through a faulty wire (6 % of messages) while processes and database are killed with
signal 9, waits for quiet, and compares the issuers' books with ours.
  --payments <n>           how many purchases (default 300)
  --seed <n>               decides customers, faults and kills (default: the clock)
  --queue postgres|redis   the bell (default postgres)
  --keep                   leave the data folder .tsunagu/chaos-<seed> for npm run pan-scan -- --dir
  --quiet                  no progress lines
Prints one JSON line; ends with 1 unless double = orphan = phantom = stuck = difference_yen = 0.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      payments: { type: 'string', default: '300' },
      seed: { type: 'string' },
      queue: { type: 'string', default: 'postgres' },
      keep: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || (values.queue !== 'postgres' && values.queue !== 'redis')) {
    process.stdout.write(`${HELP}\n`);
    return values.help ? 0 : 2;
  }
  const result = await runChaos(process.cwd(), {
    payments: wholeNumber(values.payments),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber(values.seed),
    queue: values.queue,
    keep: values.keep,
    say: (line) => void (values.quiet || process.stderr.write(`${line}\n`)),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return isClean(result) ? 0 : 1;
}

function isClean(result: ChaosResult): boolean {
  const broken = result.double + result.orphan + result.phantom + result.stuck + result.difference_yen;
  return broken === 0 && result.complaints.length === 0;
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new RangeError('a count or a seed is a whole number above zero');
  return Number(text);
}

process.exitCode = await main().catch(failInOneLine);
