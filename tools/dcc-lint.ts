import { chromium } from 'playwright-core';
import { findBrowser } from './browser/find-browser.mjs';
import { lintPage } from './dcc-lint/lint-screen.js';

const USAGE = `npm run dcc:lint -- FILE|URL...
  Looks at screens that offer a choice of currency (DCC), in a real browser, and fails those that lead the cardholder: a choice that is
  preselected (also by Enter), focused, out of reach, larger, coloured, framed, moving or weighted differently, foreign first (also for the Tab
  key), yes/no, praising or frightening words (also those for screen readers), missing disclosure, a timer that chooses.
  The two controls are marked data-dcc-choice="local" and "foreign", the words before the choice data-dcc-disclosure.
Exit code: 0 neutral, 1 not neutral, 2 cannot be looked at (no browser, no such page).`;

async function main(): Promise<number> {
  const places = process.argv.slice(2);
  if (places.length === 0 || places.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return places.length === 0 ? 2 : 0;
  }
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    process.stderr.write(
      'NO BROWSER ON THIS MACHINE: nothing was looked at. Install Chromium, or name one with CHROMIUM_PATH\n',
    );
    return 2;
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  let isNeutral = true;
  try {
    for (const place of places) {
      const found = await lintPage(browser, place);
      isNeutral &&= found.length === 0;
      process.stdout.write(found.length === 0 ? `neutral  ${place}\n` : `LEADING  ${place}\n`);
      for (const { rule, says } of found) process.stdout.write(`  ${rule.padEnd(12)} ${says}\n`);
    }
  } finally {
    await browser.close();
  }
  return isNeutral ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`dcc:lint: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'failed'}\n`);
    process.exitCode = 2;
  },
);
