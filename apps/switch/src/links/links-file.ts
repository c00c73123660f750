import { readFileSync } from 'node:fs';
import { connectorNamed } from '@tsunagu/connectors';
import { LinkConfigError, parseLinkConfigs, type LinkConfig } from '@tsunagu/links';
import { AppConfig, ConfigError } from '@tsunagu/platform';

/** Links of this process. @throws ConfigError, LinkConfigError naming what is wrong */
export function readLinksFile(config: AppConfig): LinkConfig[] {
  if (config.linksFile === null) throw new ConfigError('LINKS_FILE', 'must be set');
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(config.linksFile, 'utf8'));
  } catch {
    throw new ConfigError('LINKS_FILE', 'must name a readable JSON file');
  }
  const links = parseLinkConfigs(content);
  for (const link of links) {
    if (connectorNamed(link.connector) === undefined) throw new LinkConfigError(link.name, 'connector', 'is not known');
  }
  return links;
}
