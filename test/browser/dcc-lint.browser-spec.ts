import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintPage } from '../../tools/dcc-lint/lint-screen.js';

const FIXTURES = fileURLToPath(new URL('../../tools/dcc-lint/fixtures/', import.meta.url));

/** What each screen does wrong, by rule; a screen breaks one rule and no other. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  neutral: [],
  'neutral-by-lot': [],
  preselected: ['preselected'],
  'preselected-by-enter': ['preselected'],
  focused: ['focused'],
  larger: ['size'],
  'larger-letters': ['size'],
  coloured: ['color'],
  heavier: ['weight'],
  leading: ['order'],
  'leading-by-style': ['order'],
  hidden: ['reachable'],
  'yes-no': ['wording'],
  praised: ['wording'],
  undisclosed: ['disclosure'],
  'markup-elsewhere': ['disclosure'],
  timer: ['timer'],
  'timer-request': ['timer'],
  'highlighted-later': ['color'],
  'without-marks': ['choices'],
};

describe('the lint of screens that offer a choice of currency', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'], args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  it('has an expectation for every screen', () => {
    const names = readdirSync(FIXTURES).map((file) => file.replace(/\.html$/, ''));
    expect(names.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  it.each(Object.entries(EXPECTED))('of %s finds %j', async (name, rules) => {
    const found = await lintPage(browser, `${FIXTURES}${name}.html`);
    expect(new Set(found.map(({ rule }) => rule)), JSON.stringify(found)).toEqual(new Set(rules));
  });
});
