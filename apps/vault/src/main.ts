import 'reflect-metadata';
import { AppConfig, AppLogger, InternalErrorFilter, bootstrap } from '@tsunagu/platform';
import { VaultAppModule } from './app.module.js';
import { refuseDebugger } from './no-debugger.js';

refuseDebugger(AppConfig.fromEnv('vault').mode);
await bootstrap(VaultAppModule, {
  name: 'vault',
  configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
});
