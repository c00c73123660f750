import 'reflect-metadata';
import { AppLogger, InternalErrorFilter, bootstrap } from '@tsunagu/platform';
import { SwitchAppModule } from './app.module.js';

await bootstrap(SwitchAppModule, {
  name: 'switch',
  configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
});
