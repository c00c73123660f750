import { parseArgs } from 'node:util';
import { serveIfMarked } from './bench/bare-process.js';
import { benchGateway } from './bench/gateway-bench.js';
import { measureIso8583 } from './bench/iso8583-rate.js';
import { benchLanes } from './bench/lanes-bench.js';
import { echoIfMarked, measureLine } from './bench/line-rate.js';
import { measurePkcs11 } from './bench/pkcs11-rate.js';
import { measureTokens, type TokenCounts } from './bench/token-costs.js';
import { measureVault } from './bench/vault-rate.js';
import { failInOneLine } from './proof/fail.js';

/** The measure that the large table is held against. */
const FEW_TOKENS = 10_000;

const HELP = `npm run bench [-- [iso8583|line|vault|tokens|lanes] options]
Measures the gateway against the bare pipeline (same durable steps, same cryptography, same wire, no framework) in one run on one
machine, and counts what a payment costs. Bounded, on this machine only, ends by itself. With iso8583: the codec alone;
with line: one connection, 64 in flight, every answer matched, against a raw length-prefixed echo of the same bytes;
with vault: opening cards against plain node:crypto; with tokens: finding and making a token among many; with lanes: how long payments of
two healthy lanes take alone, and beside a third whose network is down, answers after 20 s, or is flooded.
  --seconds <n>        length of each stretch (default 12); the gateway's four come after 1,500 payments of warming up for each side
  --concurrency <n>    payments under way when saturated (default 32)
  --queue <name>       postgres (default) or redis: queue of the lanes; redis needs the program redis-server
  --many <n>           tokens: cards of the large table (default 200000; the budget speaks of 10000000), against 10000
  --operations <n>     tokens: how often a card is found or made to see what memory does (default 20000; the budget speaks of 1000000)
  --buffers <size>     tokens: memory of the server for pages (default 128MB, as the embedded server has it; 10000000 cards want 2GB)
  --json               one JSON line`;

async function main(): Promise<number> {
  if ((await serveIfMarked()) || (await echoIfMarked())) return 0;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '12' },
      concurrency: { type: 'string', default: '32' },
      queue: { type: 'string', default: 'postgres' },
      many: { type: 'string', default: '200000' },
      operations: { type: 'string', default: '20000' },
      buffers: { type: 'string', default: '128MB' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print(HELP);
  const root = process.cwd();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (positionals[0] === 'vault') {
    return print(JSON.stringify({ software: await measureVault(), pkcs11: await measurePkcs11() }, null, 2));
  }
  if (positionals[0] === 'tokens') return print(JSON.stringify(await measureTokens(tokenCounts(values), say), null, 2));
  if (positionals[0] === 'lanes') {
    return print(JSON.stringify(await benchLanes(root, { seconds: wholeNumber(values.seconds), say }), null, 2));
  }
  if (positionals[0] === 'line') return print(JSON.stringify(await measureLine(wholeNumber(values.seconds)), null, 2));
  const { queue } = values;
  if (queue !== 'postgres' && queue !== 'redis') throw new RangeError('the queue is postgres or redis');
  const options = {
    seconds: wholeNumber(values.seconds),
    concurrency: wholeNumber(values.concurrency),
    queue,
    say,
  } as const;
  const result = positionals[0] === 'iso8583' ? measureIso8583() : await benchGateway(root, options);
  return print(values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2));
}

function tokenCounts({ many, operations, buffers }: Record<'many' | 'operations' | 'buffers', string>): TokenCounts {
  const counts = { few: FEW_TOKENS, many: Number(many), operations: Number(operations), buffers: sizeOf(buffers) };
  if (!(counts.many >= FEW_TOKENS && counts.many <= 50_000_000))
    throw new RangeError(`many is from ${FEW_TOKENS} to 50000000`);
  if (!(counts.operations >= 1_000 && counts.operations <= 10_000_000))
    throw new RangeError('operations are from 1000 to 10000000');
  return counts;
}

function sizeOf(text: string): string {
  if (!/^[1-9][0-9]{0,3}[MG]B$/.test(text)) throw new RangeError('buffers is a size such as 128MB or 2GB');
  return text;
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new RangeError('seconds and concurrency are whole numbers from 1 to 999');
  return Number(text);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

process.exitCode = await main().catch(failInOneLine);
