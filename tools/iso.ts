import { text } from 'node:stream/consumers';
import { runIso } from './iso/run-iso.js';
import { failInOneLine } from './proof/fail.js';

async function main(): Promise<number> {
  const { code, out, err } = await runIso(process.argv.slice(2), () => text(process.stdin));
  if (out.length > 0) process.stdout.write(`${out.join('\n')}\n`);
  if (err.length > 0) process.stderr.write(`${err.join('\n')}\n`);
  return code;
}

process.exitCode = await main().catch(failInOneLine);
