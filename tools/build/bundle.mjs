import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Trouble } from '../postgres/binaries.mjs';
import { ROOT } from '../start/root.mjs';
import { bundleOptions, pageOptions } from './bundle-options.mjs';

/** The processes of the house, in the order in which they stop. */
export const APPS = ['api', 'worker', 'switch', 'vault', 'simulator'];

/** Where the page of the web till is written. */
const WEB_TILL = 'apps/simulator/src/web-till/page';

/** What changes every bundle without being part of any. */
const ALWAYS = ['package-lock.json', 'tsconfig.json', 'tools/build/bundle-options.mjs'];

/**
 * Bundle an entry unless the last bundle was made from the very same sources.
 * @param {string} name folder below dist/
 * @param {string} input entry, relative to the root
 * @param {typeof bundleOptions} optionsOf for a process, or for a page
 * @returns {Promise<string>} the file to run
 * @throws {Trouble} the sources do not build
 */
export async function bundle(name, input, optionsOf = bundleOptions) {
  const folder = join(ROOT, 'dist', name);
  const main = join(folder, 'main.js');
  if (isFresh(folder, main)) return main;
  const draft = `${folder}.${process.pid}`;
  try {
    const sources = await build(optionsOf(name, input), input, draft);
    mkdirSync(folder, { recursive: true });
    for (const file of ['main.js.map', 'main.js']) renameSync(join(draft, file), join(folder, file)); // a starting process reads the old one or the new one
    writeFileSync(join(folder, 'sources.json'), JSON.stringify(sources));
    return main;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** What a page needs beside its script. */
const PAGE_FILES = ['index.html', 'till.css'];

/**
 * The page of the web till: its script for browsers, its text and its styles.
 * @returns {Promise<string>} the script
 * @throws {Trouble} the sources do not build
 */
export async function bundleWebTill() {
  const main = await bundle('web-till', `${WEB_TILL}/main.ts`, pageOptions);
  for (const file of PAGE_FILES) copyFileSync(join(ROOT, WEB_TILL, file), join(dirname(main), file));
  return main;
}

export const bundleApp = (app) => bundle(app, `apps/${app}/src/main.ts`);
export const bundleTool = (tool) => bundle(`tools-${tool}`, `tools/${tool}.ts`);

async function build(options, input, draft) {
  const { rolldown } = await import('rolldown');
  try {
    const builder = await rolldown({ ...options, cwd: ROOT, logLevel: 'silent' });
    const { output } = await builder.write({ ...options.output, dir: draft });
    await builder.close();
    const modules = output
      .flatMap((chunk) => chunk.moduleIds ?? [])
      .filter((id) => id.startsWith(ROOT) && !id.includes('node_modules'));
    return hashes([...modules.map((id) => relative(ROOT, id)), ...ALWAYS]);
  } catch (error) {
    throw new Trouble(`${input} does not build: ${String(error.message).trim()}`);
  }
}

const digest = (file) =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, file)))
    .digest('base64url');
const hashes = (files) => Object.fromEntries([...new Set(files)].map((file) => [file, digest(file)]));

function isFresh(folder, main) {
  try {
    readFileSync(main);
    const known = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8'));
    return Object.entries(known).every(([file, hash]) => digest(file) === hash);
  } catch {
    return false; // no bundle yet, or a source is gone
  }
}
