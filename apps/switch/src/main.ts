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
import { SwitchAppModule } from './app.module.js';
import { counterparts } from './links/counterparts.js';

const config = AppConfig.fromEnv('switch');
refuseObservers(config.mode);
const egress = guardEgress(config, () => counterparts(config));
await bootstrap(SwitchAppModule, {
  name: 'switch',
  configure: (app) => {
    egress?.report(app.get(AppLogger), app.get(Metrics));
    app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger)));
  },
});
