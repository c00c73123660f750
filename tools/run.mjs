import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleTool } from './build/bundle.mjs';
import { Trouble } from './postgres/binaries.mjs';
import { failInOneLine } from './start/fail.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/root.mjs';

/** `node tools/run.mjs NAME ARGS…`: bundle tools/NAME.ts when it changed, and run it. */
async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(join(ROOT, 'tools', `${name}.ts`))) {
    throw new Trouble(`there is no tool "${name ?? ''}": usage is node tools/run.mjs NAME ARGS…`);
  }
  await ensureInstalled();
  const main = await bundleTool(name);
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)));
}

await main().catch(failInOneLine);
