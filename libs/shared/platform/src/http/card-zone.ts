import { AppConfig } from '../config/app-config.js';
import { guardEgress } from '../hardening/guard-egress.js';
import { refuseObservers } from '../hardening/refuse-observers.js';
import { InternalErrorFilter } from '../internal-http/internal-error.filter.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { bootstrap } from './bootstrap.js';

/**
 * Start a process that holds clear cards. In production nobody may look into it, and it may go out to its database, its HSM and its
 * counterparts alone; towards the house it answers errors without words of the machine.
 * @param counterparts whom else it may connect to, see {@link guardEgress}
 * @throws ObserverRefusedError, ConfigError
 */
export async function bootstrapCardZone(
  module: Parameters<typeof bootstrap>[0],
  name: 'vault' | 'switch',
  counterparts: (config: AppConfig) => readonly string[] = () => [],
): Promise<{ readonly config: AppConfig; readonly port: number }> {
  const config = AppConfig.fromEnv(name);
  refuseObservers(config.mode);
  const egress = guardEgress(config, () => counterparts(config));
  const { port } = await bootstrap(module, {
    name,
    configure: (app) => {
      egress?.report(app.get(AppLogger), app.get(Metrics));
      app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger)));
    },
  });
  return { config, port };
}
