import 'reflect-metadata';
import { AppLogger, InternalErrorFilter, bootstrap } from '@tsunagu/platform';
import { WorkerAppModule } from './app.module.js';

await bootstrap(WorkerAppModule, {
  name: 'worker',
  configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
});
