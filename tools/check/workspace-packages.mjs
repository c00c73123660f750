import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const HOMES = ['apps', 'libs/shared', 'libs/public', 'libs/cde', 'libs/web'];

/** Scopes that each home may hold: the folder tells the zone. */
const SCOPE_OF_HOME = {
  'libs/shared': ['shared'],
  'libs/public': ['public'],
  'libs/cde': ['cde'],
  'libs/web': ['web'],
};
const SCOPE_OF_APP = { vault: 'cde', switch: 'cde', simulator: 'test', console: 'web' };

/**
 * Every workspace package below a root, with its tags.
 * @param {string} root
 * @returns {{ name: string, path: string, scope: string, layer: string, needs: string[] }[]}
 */
export function workspacePackages(root) {
  return HOMES.flatMap((home) => {
    const folder = join(root, home);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((name) => {
      const file = join(folder, name, 'package.json');
      return existsSync(file) ? [describe(JSON.parse(readFileSync(file, 'utf8')), `${home}/${name}`)] : [];
    });
  });
}

function describe(manifest, path) {
  const tags = manifest.nx?.tags ?? [];
  const tag = (kind) => tags.find((one) => one.startsWith(`${kind}:`))?.slice(kind.length + 1) ?? '';
  const needs = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@tsunagu/'));
  return { name: manifest.name, path, scope: tag('scope'), layer: tag('layer'), needs };
}

/** Tags that do not fit the place of their package. */
export function misplacedTags(packages) {
  return packages.flatMap(({ path, scope, layer }) => {
    const [home, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    const scopes = home === 'apps' ? [SCOPE_OF_APP[name] ?? 'public'] : SCOPE_OF_HOME[home];
    const found = [];
    if (!scopes.includes(scope))
      found.push(`${path}: scope:${scope || '?'} does not fit its folder (scope:${scopes.join(' or ')})`);
    if ((layer === 'app') !== (home === 'apps') || layer === '')
      found.push(`${path}: layer:${layer || '?'} does not fit its folder`);
    return found;
  });
}
