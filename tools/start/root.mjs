import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository, also when this file runs inside a bundle below dist/. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder) {
  const file = join(folder, 'package.json');
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'tsunagu') return folder;
  if (dirname(folder) === folder) throw new Error('not inside the tsunagu repository');
  return findRoot(dirname(folder));
}
