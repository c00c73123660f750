import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** Where tests live; each is walked for spec files. */
const TEST_HOMES = ['apps', 'libs', 'test', 'tools'];
const NOT_WALKED = new Set(['node_modules', 'dist', 'canary', 'vectors']);
const FAMILIES = 'test/requirements';
const ID = '[A-Z]{1,2}-?[0-9]{1,2}';
/** `[A6]`, `[A6, CC-17]`: ids that a test proves, anywhere in its title. */
const TAG = new RegExp(`\\[(${ID}(?:, ${ID})*)\\]`, 'g');
const STATE = /^(required|later|later: issue [0-9]+|open: .{10,})$/;
/** A test behind one of these does not run. */
const SILENT = new Set(['skip', 'todo', 'skipIf']);

/**
 * @typedef {{ id: string, rule: string, state: string, alsoBy?: string, provedBy?: { file: string, test: string }[] }} Requirement
 *   `provedBy`: tests by name, beside those that carry the id in their title; `open: …` says why nothing proves it yet
 * @typedef {{ title: string, document: string, source: string, requirements: Requirement[] }} Family
 * @typedef {{ id: string, title: string, file: string }} Proof
 */

/**
 * The families of requirements: one JSON file each.
 * @param {string} root
 * @returns {Family[]}
 */
export function requirementFamilies(root) {
  const folder = join(root, FAMILIES);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/**
 * The tags in one spec file. A tag counts only in the title of a `describe`, `it` or `test` that runs.
 * @param {string} file name for the proofs
 * @param {string} source
 * @returns {Proof[]}
 */
export function proofsIn(file, source) {
  const proofs = [];
  const visit = (node, groups) => {
    const test = ts.isCallExpression(node) ? testOf(node) : undefined;
    if (test?.isSilent) return; // what stands inside does not run either
    const titles = test === undefined ? groups : [...groups, test.title.replace(TAG, '').trim()];
    for (const [, ids] of test?.title.matchAll(TAG) ?? []) {
      for (const id of ids.split(', ')) proofs.push({ id, title: titles.join(' › '), file });
    }
    ts.forEachChild(node, (child) => visit(child, titles));
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest), []);
  return proofs;
}

/** A call such as `it('…')` or `describe.each(table)('…')`; undefined for every other call. */
function testOf(call) {
  const names = calleeNames(call.expression);
  const [first] = call.arguments;
  if (first === undefined || !['it', 'test', 'describe'].includes(names.at(-1))) return undefined;
  const isSilent = names.some((name) => SILENT.has(name));
  if (ts.isStringLiteralLike(first)) return { isSilent, title: first.text };
  if (!ts.isTemplateExpression(first)) return undefined;
  return {
    isSilent,
    title: [first.head, ...first.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…'),
  };
}

/** `it.each(x)` → ['each', 'it']: outermost first. */
function calleeNames(expression) {
  if (ts.isIdentifier(expression)) return [expression.text];
  if (ts.isPropertyAccessExpression(expression)) return [expression.name.text, ...calleeNames(expression.expression)];
  return ts.isCallExpression(expression) ? calleeNames(expression.expression) : [];
}

/**
 * The titles of all tests of one spec file that run, with those of the groups around them and without tags.
 * @param {string} source
 * @returns {string[]}
 */
export function titlesIn(source) {
  const found = [];
  const visit = (node, groups) => {
    const test = ts.isCallExpression(node) ? testOf(node) : undefined;
    if (test?.isSilent) return;
    const titles = test === undefined ? groups : [...groups, test.title.replace(TAG, '').trim()];
    if (test !== undefined) found.push(titles.join(' › '));
    ts.forEachChild(node, (child) => visit(child, titles));
  };
  visit(ts.createSourceFile('spec.ts', source, ts.ScriptTarget.Latest), []);
  return found;
}

/**
 * The tests that requirements name, as proofs. A test that is not there is a proof without a title, which is a trouble.
 * @param {Family[]} families
 * @param {(file: string) => string | undefined} read source of a spec file; undefined when there is none
 * @returns {{ proofs: Proof[], troubles: string[] }}
 */
export function namedProofs(families, read) {
  const titlesOf = new Map();
  const proofs = [];
  const troubles = [];
  for (const { id, provedBy = [] } of families.flatMap(({ requirements }) => requirements)) {
    for (const { file, test } of provedBy) {
      if (!titlesOf.has(file)) titlesOf.set(file, titlesIn(read(file) ?? ''));
      const title = titlesOf.get(file).find((one) => one.includes(test));
      if (title === undefined) troubles.push(`${id} is proved by "${test}" of ${file}, and there is no such test`);
      else proofs.push({ id, title, file });
    }
  }
  return { proofs, troubles };
}

/**
 * All proofs of a root: tags and names.
 * @param {string} root
 * @returns {{ families: Family[], proofs: Proof[], troubles: string[] }}
 */
export function provedRequirements(root) {
  const families = requirementFamilies(root);
  const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
  const named = namedProofs(families, read);
  const proofs = [...allProofs(root), ...named.proofs];
  return { families, proofs, troubles: [...named.troubles, ...requirementTroubles(families, proofs)] };
}

/**
 * Every tag of every spec file below a root.
 * @param {string} root
 * @returns {Proof[]}
 */
export function allProofs(root) {
  return TEST_HOMES.flatMap((home) => specFiles(join(root, home)))
    .map((path) => [relative(root, path), readFileSync(path, 'utf8')])
    .filter(([, source]) => source.search(TAG) >= 0)
    .flatMap(([file, source]) => proofsIn(file, source));
}

function specFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NOT_WALKED.has(entry.name) ? [] : specFiles(path);
      return entry.name.endsWith('spec.ts') ? [path] : [];
    });
}

/**
 * What is wrong between requirements and tests, one sentence each; empty = every required line has a test.
 * @param {Family[]} families
 * @param {Proof[]} proofs
 * @returns {string[]}
 */
export function requirementTroubles(families, proofs) {
  const known = new Set();
  const proved = new Set(proofs.map(({ id }) => id));
  const troubles = [];
  for (const { id, state } of families.flatMap(({ requirements }) => requirements)) {
    if (known.has(id)) troubles.push(`${id} is listed twice in ${FAMILIES}`);
    known.add(id);
    if (!STATE.test(state))
      troubles.push(`${id} has the state "${state}": it is "required", "later", "later: issue N" or "open: why"`);
    if (state === 'required' && !proved.has(id)) troubles.push(`${id} is required, and no test carries [${id}]`);
  }
  for (const { id, file, title } of proofs) {
    if (!known.has(id)) troubles.push(`${file}: "${title}" carries [${id}], which no file of ${FAMILIES} lists`);
  }
  return troubles;
}

/**
 * One family as a page.
 * @param {Family} family
 * @param {Proof[]} proofs
 * @returns {string} markdown
 */
export function requirementPage(family, proofs) {
  const { title, source, requirements } = family;
  const required = requirements.filter(({ state }) => state === 'required').length;
  const lines = requirements.map(
    (one) => `| ${one.id} | ${cell(one.rule)} | ${one.state} | ${proofCell(one, proofs)} |`,
  );
  return [
    `# ${title}`,
    '',
    `Made by \`npm run gen\` from \`${FAMILIES}\` and the tests that it names or that name it; \`npm run check -- requirements\` fails when a required line has no`,
    `test. Rules: ${source}. Required now: ${required} of ${requirements.length}.`,
    '',
    '| id | rule | state | proved by |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function proofCell({ id, alsoBy }, proofs) {
  const tests = proofs.filter((proof) => proof.id === id).map(({ title, file }) => `[${cell(title)}](../${file})`);
  const all = alsoBy === undefined ? tests : [...tests, cell(alsoBy)];
  return all.length === 0 ? '–' : all.join('<br>');
}

function cell(text) {
  return text.replace(/\|/g, '\\|').replace(/\[/g, '\\[').replace(/\]/g, '\\]');
}
