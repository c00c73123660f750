import 'reflect-metadata';
import { AppConfig, AppLogger, InternalErrorFilter, bootstrap, refuseObservers } from '@tsunagu/platform';
import { SwitchAppModule } from './app.module.js';

refuseObservers(AppConfig.fromEnv('switch').mode);
await bootstrap(SwitchAppModule, {
  name: 'switch',
  configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
});
