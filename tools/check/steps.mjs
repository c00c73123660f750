import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkBoundaries } from '../boundaries.mjs';
import { ROOT } from '../start/root.mjs';
import { provedRequirements } from './requirements.mjs';
import { workspacePackages } from './workspace-packages.mjs';

/** Every rule that must find its violation in tools/canary/lint. */
const LINT_CANARIES = [
  'typescript(no-floating-promises)',
  'typescript(no-misused-promises)',
  'typescript(switch-exhaustiveness-check)',
  'typescript(no-explicit-any)',
  'eslint(max-lines)',
  'eslint(max-lines-per-function)',
  'eslint(max-params)',
  'eslint(complexity)',
];
const EXPORTS_MAX = 15;
/** Libs whose index may be longer, and why. */
const EXPORTS_MAX_OF = {
  'libs/shared/kernel': 18, // words of the whole house; each is one line of meaning
  'libs/shared/iso8583': 21, // specs, codec, validator, framing and the names of the field table belong together on the wire
  'libs/cde/links': 21, // the line, its file and the SPI of connectors, which connectors and the switch meet in
  'libs/cde/switching': 21, // journal, sending, store-and-forward, leases, counters and lists of one link are one truth: the switch binds them
  'libs/shared/platform': 40, // the plumbing and hardening of five processes, and the ways between two switches: each takes only the parts that it names in forRoot
};
/** What `npm run gen` makes. */
const GENERATED = [
  'docs/openapi.json',
  'docs/errors',
  'docs/decline-codes.md',
  'docs/requirements.md',
  'docs/card-crypto-requirements.md',
  'docs/payment-features-requirements.md',
  'libs/web/sdk/src/wire/openapi.ts',
];

/** What runs in Node.js, and what runs in a browser. */
const PROJECTS = ['tsconfig.json', 'apps/simulator/src/web-till/page'];

/** Steps of `npm run check`: each returns what is wrong, one entry a line; empty = passed. */
export const STEPS = {
  types: () => [
    ...PROJECTS.flatMap((project) => run('node_modules/typescript-7/bin/tsc', ['-p', project])),
    ...typeCanary(),
  ],
  lint: () => [...lint([]), ...lintCanary()],
  boundaries: () => checkBoundaries(),
  'index size': () => bigIndexes(),
  requirements: () => provedRequirements(ROOT).troubles,
  'unused code': () => run('node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  formatting: () => [...run('node_modules/prettier/bin/prettier.cjs', ['--check', '.']), ...formatCanary()],
  'generated files': () => generated(),
};

/** Run a JavaScript program of node_modules; a failure without words still is one. */
function run(program, args) {
  const { status, stdout, stderr, error } = execute(program, args);
  if (status === 0) return [];
  const words = `${stdout}${stderr}`.trim();
  return words === '' ? [`${program} failed: ${error?.message ?? `exit ${status}`}`] : words.split('\n');
}

function execute(program, args) {
  return spawnSync(process.execPath, [join(ROOT, program), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
}

const OXLINT = 'node_modules/oxlint/bin/oxlint';

function lint(args) {
  return run(OXLINT, ['--type-aware', '--deny-warnings', ...args]);
}

function lintCanary() {
  const { stdout } = execute(OXLINT, [
    '--type-aware',
    '--no-ignore',
    '--format',
    'json',
    '--config',
    'tools/canary/lint/oxlintrc.json',
    'tools/canary/lint',
  ]);
  const caught = new Set(parseJson(stdout).diagnostics?.map(({ code }) => code));
  return LINT_CANARIES.filter((rule) => !caught.has(rule)).map(
    (rule) => `canary: ${rule} did not report its known violation`,
  );
}

/** Each line marked `// refused` must be an error of the type check, and no other line may be one. */
function typeCanary() {
  const folder = 'tools/canary/types';
  const { stdout } = execute('node_modules/typescript-7/bin/tsc', ['-p', folder, '--pretty', 'false']);
  const reported = new Set(
    [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error/gm)].map(([, file, line]) => `${file}:${line}`),
  );
  const known = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => refusedLines(`${folder}/${name}`));
  return [
    ...known.filter((line) => !reported.has(line)).map((line) => `canary: the type check did not report ${line}`),
    ...[...reported].filter((line) => !known.includes(line)).map((line) => `canary: ${line} fails for another reason`),
  ];
}

function refusedLines(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, at) => (line.endsWith('// refused') ? [`${file}:${at + 1}`] : []));
}

function formatCanary() {
  const { status } = execute('node_modules/prettier/bin/prettier.cjs', [
    '--ignore-path',
    '/dev/null',
    '--check',
    'tools/canary/format',
  ]);
  return status === 0 ? ['canary: prettier did not report its known violation'] : [];
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A deep module hides a lot behind a small index. */
function bigIndexes() {
  return workspacePackages(ROOT)
    .filter(({ path }) => path.startsWith('libs/'))
    .flatMap(({ path }) => {
      const file = join(ROOT, path, 'src/index.ts');
      if (!existsSync(file)) return [`${path}: there is no src/index.ts`];
      const count = exportedValues(readFileSync(file, 'utf8'));
      const max = EXPORTS_MAX_OF[path] ?? EXPORTS_MAX;
      return count > max ? [`${path}/src/index.ts exports ${count} values, ${max} are allowed`] : [];
    });
}

/** Values only: a type costs a reader little and the running program nothing. */
function exportedValues(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const listed = [...code.matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, names]) => names.split(','));
  const named = listed.map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
  const single = [...code.matchAll(/export\s+(?:\*|const|class|function|abstract class|enum)\b/g)];
  return named.length + single.length;
}

/** Make them again; a difference to what is committed means that somebody forgot to. */
function generated() {
  if (!existsSync(join(ROOT, 'tools/gen.mjs'))) return ['tools/gen.mjs is missing'];
  const before = snapshot();
  const failed = run('tools/gen.mjs', []);
  if (failed.length > 0) return failed;
  const after = snapshot();
  const names = new Set([...before.keys(), ...after.keys()]);
  const stale = [...names].filter((name) => before.get(name) !== after.get(name));
  if (names.size === 0) return ['npm run gen made nothing'];
  return stale.map((name) => `${name} was not up to date: commit what "npm run gen" made`);
}

function snapshot() {
  const files = GENERATED.flatMap((place) => {
    const path = join(ROOT, place);
    if (!existsSync(path)) return [];
    return statSync(path).isFile()
      ? [place]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(place, entry.name));
  });
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}
