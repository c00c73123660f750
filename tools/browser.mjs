import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findBrowser } from './browser/find-browser.mjs';
import { failInOneLine } from './start/fail.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/root.mjs';

/** `npm run browser -- ARGS…`: the web till in a real browser, against a house of its own. */
async function main() {
  await ensureInstalled();
  const browser = findBrowser();
  if (browser === undefined) {
    console.log(
      '!! NO BROWSER ON THIS MACHINE: the web till is not tested. Install Chromium, or name one with CHROMIUM_PATH',
    );
    if (process.env.CI) process.exitCode = 1;
    return;
  }
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.browser.config.mts', ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM_PATH: browser },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => {
    console.log(`screenshots: ${join(ROOT, '.tsunagu', 'browser')}`);
    process.exitCode = code ?? 1;
  });
}

await main().catch(failInOneLine);
