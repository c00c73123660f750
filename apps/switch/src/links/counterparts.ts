import { reconciliationOf, transportOf } from '@tsunagu/links';
import type { AppConfig } from '@tsunagu/platform';
import { readLinksFile } from './links-file.js';

/**
 * Whom a switch may connect to besides its database and HSM: every host of its links, where their details are read, and the vault and
 * intake of the house. Lines of payment servers come in, and are no way out.
 * @returns `host:port` and URLs
 * @throws ConfigError, LinkConfigError naming what is wrong
 */
export function counterparts(config: AppConfig): string[] {
  const links = readLinksFile(config);
  return [
    ...links.flatMap((link) => transportOf(link).endpoints.map(({ host, port }) => `${host}:${port}`)),
    ...links.flatMap((link) => reconciliationOf(link).detailsUrl ?? []),
    ...['VAULT_URL', 'INTAKE_URL'].flatMap((setting) => config.optional(setting) ?? []),
  ];
}
