import type { Provider } from '@nestjs/common';
import { PostgresHqRegister, type HqPorts } from '@tsunagu/acceptor';
import { HqIntakePort } from '@tsunagu/contracts';
import { ConfigError, VaultClient } from '@tsunagu/platform';
import { NegativeList } from '@tsunagu/switching';
import { Storage, Surroundings } from '../assembly.js';
import { HqBookFile } from './hq-book-file.js';
import { HqMetrics } from './hq-metrics.js';
import { HqRunner } from './hq-runner.js';
import { TenantCardLists } from './tenant-card-lists.js';
import { VaultCards } from './vault-cards.js';

/** The line's ports when `HQ_LINKS_FILE` names contracts; null otherwise: this switch then serves issuers alone. */
function portsOf(
  house: Surroundings,
  storage: Storage,
  list: NegativeList,
  doors: { vault: VaultClient | null; intake: HqIntakePort | null },
): HqPorts | null {
  const { config, clock, metrics, logger } = house;
  const { vault, intake } = doors;
  if (config.optional('HQ_LINKS_FILE') === null) return null;
  if (vault === null) throw new ConfigError('VAULT_URL', 'must be set');
  if (intake === null) throw new ConfigError('INTAKE_URL', 'must be set');
  return {
    register: new PostgresHqRegister(storage.transactions),
    cards: new VaultCards(vault),
    files: new TenantCardLists(list),
    intake,
    clock,
    log: new HqMetrics(metrics, logger),
    owner: config.nodeName,
  };
}

/** Lines that merchants' payment servers open to us. */
export const HQ_LINES: Provider = {
  provide: HqRunner,
  useFactory: (
    house: Surroundings,
    storage: Storage,
    list: NegativeList,
    vault: VaultClient | null,
    intake: HqIntakePort | null,
  ): HqRunner => {
    const file = house.config.optional('HQ_LINKS_FILE');
    const ports = portsOf(house, storage, list, { vault, intake });
    return new HqRunner(house, ports, file === null ? null : new HqBookFile(file));
  },
  inject: [Surroundings, Storage, NegativeList, VaultClient, HqIntakePort],
};
