import 'reflect-metadata';
import {
  AppConfig,
  AppLogger,
  InternalErrorFilter,
  Metrics,
  bootstrap,
  guardEgress,
  refuseObservers,
} from '@tsunagu/platform';
import { VaultAppModule } from './app.module.js';
import { writeOperatorDoor } from './operator-door.js';

const config = AppConfig.fromEnv('vault');
refuseObservers(config.mode);
const egress = guardEgress(config);
const { port } = await bootstrap(VaultAppModule, {
  name: 'vault',
  configure: (app) => {
    egress?.report(app.get(AppLogger), app.get(Metrics));
    app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger)));
  },
});
await writeOperatorDoor(config, port);
