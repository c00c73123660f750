import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { judge, type Finding } from './rules.js';
import { READ_SCREEN, WATCH_SCREEN, type ScreenFacts, type Unattended } from './screen-facts.js';

/** Longer than an offer lives: what a timer would do, it has done by then. */
const UNATTENDED_MS = 600_000;
const WAIT_MS = 5_000;
const VIEWPORT = { width: 1024, height: 768 };

/** Judge the screen that a page shows now. Its clock is not touched: what a timer would do is not seen. */
export async function lintShown(page: Page): Promise<Finding[]> {
  return judge(await readScreen(page));
}

/**
 * Open a page, judge it, let ten minutes pass on its own clock with nobody there, and judge it again.
 * @param where a file, or an http or https URL
 * @throws Error the page cannot be opened
 */
export async function lintPage(browser: Browser, where: string): Promise<Finding[]> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(urlOf(where), { waitUntil: 'load' });
    // A page of a server asks for its offer first; a screen without marks is judged as it is.
    if (/^https?:/.test(where))
      await page.waitForSelector('[data-dcc-choice]', { timeout: WAIT_MS }).catch(() => undefined);
    await page.clock.runFor(1_000); // what a screen puts together after loading
    const screen = await readScreen(page);
    return judge(screen, await leaveAlone(page));
  } finally {
    await context.close();
  }
}

async function leaveAlone(page: Page): Promise<Unattended> {
  let hasLeft = false;
  page.on('framenavigated', () => (hasLeft = true));
  await page.evaluate(`(${WATCH_SCREEN})()`);
  await page.clock.runFor(UNATTENDED_MS);
  const chosen = ((await page.evaluate('window.dccChosen ?? []')) as string[]).concat(hasLeft ? ['navigation'] : []);
  return { chosen, after: await readScreen(page) };
}

async function readScreen(page: Page): Promise<ScreenFacts> {
  return (await page.evaluate(`(${READ_SCREEN})()`)) as ScreenFacts;
}

function urlOf(where: string): string {
  if (/^https?:\/\//.test(where)) return where;
  readFileSync(where); // a missing file is named by its own error
  return pathToFileURL(where).href;
}
