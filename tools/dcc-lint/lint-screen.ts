import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { judge, type Finding } from './rules.js';
import { READ_SCREEN, WATCH_SCREEN, type ScreenFacts, type Unattended } from './screen-facts.js';

/** Longer than an offer lives: what a timer would do, it has done by then. */
const UNATTENDED_MS = 600_000;
/** Pauses between looks, of no common rhythm with anything that blinks. */
const LOOKS_MS = [230, 470, 890, 1_310];
const WAIT_MS = 3_000;
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
    // A page may ask for its offer first, wherever it lies; a screen without marks is judged as it is.
    await page.waitForSelector('[data-dcc-choice]', { state: 'attached', timeout: WAIT_MS }).catch(() => undefined);
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
  const later: ScreenFacts[] = [];
  for (const pauseMs of [...LOOKS_MS, UNATTENDED_MS]) {
    await page.clock.runFor(pauseMs);
    later.push(await readScreen(page));
  }
  const chosen = hasLeft ? ['navigation'] : await chosenIn(page);
  return { chosen, later, enterChooses: chosen.length === 0 && (await enterChooses(page)) };
}

/** A key press at a screen on which nothing has the focus: a default hides behind it. */
async function enterChooses(page: Page): Promise<boolean> {
  const before = countShown(await readScreen(page)); // this takes the focus from a choice, too
  await page.evaluate('document.activeElement?.blur()');
  await page.keyboard.press('Enter');
  await page.clock.runFor(1_000);
  try {
    return (await chosenIn(page)).length > 0 || countShown(await readScreen(page)) < before;
  } catch {
    return true; // the page went away under the question
  }
}

const countShown = ({ choices }: ScreenFacts): number => choices.filter(({ isShown }) => isShown).length;

async function chosenIn(page: Page): Promise<string[]> {
  return (await page.evaluate('window.dccChosen ?? ["navigation"]')) as string[];
}

async function readScreen(page: Page): Promise<ScreenFacts> {
  return (await page.evaluate(`(${READ_SCREEN})()`)) as ScreenFacts;
}

function urlOf(where: string): string {
  if (/^https?:\/\//.test(where)) return where;
  readFileSync(where); // a missing file is named by its own error
  return pathToFileURL(where).href;
}
