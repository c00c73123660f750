import { access, constants, readFile, stat } from 'node:fs/promises';
import { hasCode } from '../software/atomic-file.js';
import { TokenError } from './token-error.js';

const DEFAULT_CONF = '/etc/softhsm/softhsm2.conf';

/**
 * SoftHSM2 has one answer for every trouble with its token folder, so the folder is looked at before it is asked.
 * Other libraries have no folder: nothing is checked.
 * @throws TokenError `folder_missing`, `folder_unreadable`
 */
export async function checkTokenFolder(library: string, conf = process.env['SOFTHSM2_CONF']): Promise<void> {
  if (!/softhsm/i.test(library)) return;
  const folder = /^\s*directories\.tokendir\s*=\s*(\S.*?)\s*$/m.exec(await read(conf ?? DEFAULT_CONF))?.[1];
  if (folder === undefined) return;
  try {
    if (!(await stat(folder)).isDirectory()) throw new TokenError('folder_missing');
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof TokenError ? error : folderError(error);
  }
}

/**
 * PIN of the token's user, from a file that only its owner may read.
 * @throws TokenError `pin_unreadable`
 */
export async function readPinFile(path: string): Promise<string> {
  try {
    if (((await stat(path)).mode & 0o077) !== 0) throw new TokenError('pin_unreadable');
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw new TokenError('pin_unreadable'); // any file system error has the same remedy
  }
}

async function read(conf: string): Promise<string> {
  try {
    return await readFile(conf, 'utf8');
  } catch (error) {
    throw folderError(error);
  }
}

function folderError(error: unknown): TokenError {
  return new TokenError(hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR') ? 'folder_missing' : 'folder_unreadable');
}
