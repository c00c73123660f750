import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { skippedForms } from './pan-scan/pan-forms.js';
import { scanEverything } from './pan-scan/scan-everything.js';
import { ScanReport } from './pan-scan/scan-report.js';
import { selfTest } from './pan-scan/self-test.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run pan-scan [-- options]
Looks for the published test card numbers, in every encoding, in logs, databases, queue, WAL, sandbox files and core dumps.
  --dir <folder>       sandbox folder to read (repeatable; default .tsunagu)
  --database <url>     another database, login must see all rows (repeatable)
  --redis <url>        queue on Redis (default REDIS_URL)
  --pid <n>            a running process whose memory is read, on Linux (repeatable)
  --plant              prove that a planted number is found in every medium, then end
  --json               one JSON line
Ends with 1 when anything was found. A place is printed, never a number.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string', multiple: true },
      database: { type: 'string', multiple: true },
      redis: { type: 'string' },
      pid: { type: 'string', multiple: true },
      plant: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const root = process.cwd();
  const redisUrl = values.redis ?? process.env.REDIS_URL;
  if (values.help) return print(HELP, 0);
  if (values.plant) {
    const result = await selfTest(root, redisUrl);
    return print(JSON.stringify(result), result.ok ? 0 : 1);
  }
  const report = new ScanReport();
  const folders = (values.dir ?? [join(root, '.tsunagu')]).map((folder) => resolve(root, folder));
  await scanEverything(report, {
    root,
    tools: join(root, 'tools'),
    folders,
    databaseUrls: values.database ?? [],
    redisUrl,
    pids: (values.pid ?? []).map(Number),
  });
  return print(values.json ? asJson(report) : asText(report), report.hitCount === 0 ? 0 : 1);
}

function asJson(report: ScanReport): string {
  return JSON.stringify({
    hits: report.hitCount,
    bytes: report.bytes,
    skipped_forms: skippedForms(),
    places: report.hits,
  });
}

function asText(report: ScanReport): string {
  const volumes = Object.entries(report.bytes).map(
    ([medium, bytes]) => `  ${medium.padEnd(14)} ${(bytes / 1e6).toFixed(1)} MB`,
  );
  const places = report.hits.map((hit) => `  ${hit.medium}: ${hit.place} (${hit.form})`);
  const skipped = `  ${skippedForms().length} part forms are not looked for: too few different digits to tell them from a counter`;
  return [`pan-scan: ${report.hitCount} hits`, ...places, ...volumes, skipped].join('\n');
}

function print(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

process.exitCode = await main().catch(failInOneLine);
