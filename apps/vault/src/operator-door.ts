import type { AppConfig } from '@tsunagu/platform';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Tell `npm run keys` of this machine where the vault is and with which secret of this start its door opens. Sandbox only: in production
 * the operator has an address and a credential of his own.
 */
export async function writeOperatorDoor(config: AppConfig, port: number): Promise<void> {
  if (config.isProduction || config.hsmDir === null) return;
  const file = join(config.hsmDir, 'operator-door.json');
  const door = { vault_url: `http://127.0.0.1:${port}`, internal_secret: config.internalSecret.reveal() };
  await rm(file, { force: true }); // a new file gets its rights at birth
  await writeFile(file, `${JSON.stringify(door)}\n`, { mode: 0o600, flag: 'wx' });
}
