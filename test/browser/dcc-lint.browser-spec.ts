import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVASIONS, evade } from '../../tools/dcc-lint/evasions.js';
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
  const folder = mkdtempSync(join(tmpdir(), 'tsunagu-dcc-lint-'));
  let browser: Browser;
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = await serve(FIXTURES);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'], args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('has an expectation for every screen', () => {
    const names = readdirSync(FIXTURES).map((file) => file.replace(/\.html$/, ''));
    expect(names.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  it.each(Object.entries(EXPECTED))('finds in %s, as a file and behind a URL: %j', async (name, rules) => {
    const all = await lintPage(browser, `${FIXTURES}${name}.html`);
    expect(await lintPage(browser, `${url}${name}.html`)).toEqual(all);
    expect(new Set(all.map(({ rule }) => rule)), JSON.stringify(all)).toEqual(new Set(rules));
  });

  it.each(EVASIONS.map((evasion) => [evasion.name, evasion] as const))('is not evaded by %s', async (_, evasion) => {
    const file = join(folder, 'screen.html');
    writeFileSync(file, evade(readFileSync(`${FIXTURES}neutral.html`, 'utf8'), evasion));
    const all = await lintPage(browser, file);
    expect(new Set(all.map(({ rule }) => rule)), JSON.stringify(all)).toEqual(new Set(evasion.rules));
  });
});

async function serve(dir: string): Promise<Server> {
  const server = createServer((request, response) => {
    const file = readdirSync(dir).find((name) => request.url === `/${name}`);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(file === undefined ? '' : readFileSync(join(dir, file)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
