import { join } from 'node:path';
import { boundaryRules } from './check/boundary-rules.mjs';
import { cruise } from './check/cruise.mjs';
import { misplacedTags, workspacePackages } from './check/workspace-packages.mjs';
import { ROOT } from './start/root.mjs';

/** The canary breaks every rule once on purpose: a wall that nobody tests is a drawing. */
const CANARY = 'tools/canary/';

/**
 * Zone and layer walls over the whole tree, and over the canary.
 * @returns {string[]} what is wrong; empty when all walls stand
 */
export function checkBoundaries() {
  const packages = workspacePackages(ROOT);
  const { modules, violations } = cruise(boundaryRules(packages), ['apps', 'libs']);
  const found = violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
  if (modules < packages.length) found.push(`only ${modules} modules were read: the walls were not checked`);
  return [...misplacedTags(packages), ...found, ...checkCanary()];
}

function checkCanary() {
  const packages = workspacePackages(join(ROOT, CANARY));
  const rules = boundaryRules(packages, CANARY);
  const caught = new Set(cruise(rules, [CANARY]).violations.map(({ rule }) => family(rule)));
  const wanted = new Set(rules.map(({ name }) => family(name)));
  const silent = [...wanted]
    .filter((name) => !caught.has(name))
    .map((name) => `canary: rule ${name} did not report its known violation`);
  return misplacedTags(packages).length === 0 ? [...silent, 'canary: the misplaced tag was not reported'] : silent;
}

/** `undeclared-dependency` is one rule per package; one canary for all of them. */
const family = (rule) => rule.split(':')[0];

if (import.meta.url === `file://${process.argv[1]}`) {
  const found = checkBoundaries();
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
