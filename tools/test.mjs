import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { failInOneLine } from './start/fail.mjs';
import { preparePkcs11 } from './prepare-pkcs11.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/root.mjs';

/** `npm test -- ARGS…`: install when needed, SoftHSM2 where it can be had, then Vitest, whose global set-up brings the database. */
async function main() {
  await ensureInstalled();
  preparePkcs11();
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}

await main().catch(failInOneLine);
