import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../start/root.mjs';

const OPTIONS = {
  tsConfig: { fileName: 'tsconfig.json' },
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^dist/' },
  enhancedResolveOptions: {
    conditionNames: ['@tsunagu/source', 'import', 'node', 'default'],
    exportsFields: ['exports'],
  },
};

/**
 * Run dependency-cruiser with these rules.
 * @param {object[]} rules
 * @param {string[]} folders relative to the root
 * @returns {{ modules: number, violations: { rule: string, from: string, to: string }[] }}
 */
export function cruise(rules, folders) {
  const config = join(ROOT, 'dist', `boundaries-${process.pid}.json`);
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(config, JSON.stringify({ forbidden: rules, options: OPTIONS }));
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, '--config', config, '--output-type', 'json', ...folders],
    {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 512 * 1024 * 1024,
    },
  );
  rmSync(config, { force: true });
  if (stdout === '') throw new Error(`dependency-cruiser said nothing: ${stderr}`);
  const { summary } = JSON.parse(stdout);
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
