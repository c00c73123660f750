import { failInOneLine } from './start/fail.mjs';
import { ensureInstalled } from './start/install.mjs';
import { Trouble } from './postgres/binaries.mjs';

/** `npm run check -- [STEP…]`: everything that can be said about the code without running it. */
async function main() {
  await ensureInstalled();
  const { STEPS } = await import('./check/steps.mjs');
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in STEPS));
  if (unknown.length > 0)
    throw new Trouble(`no such step: ${unknown.join(', ')}; there are: ${Object.keys(STEPS).join(', ')}`);
  let failed = 0;
  for (const [name, work] of Object.entries(STEPS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const startedAt = performance.now();
    const found = work();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${found.length === 0 ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
    for (const line of found) console.log(`        ${line}`);
    if (found.length > 0) failed += 1;
  }
  if (failed > 0) process.exitCode = 1;
}

await main().catch(failInOneLine);
