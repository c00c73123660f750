import 'reflect-metadata';
import { AppConfig, AppLogger, InternalErrorFilter, bootstrap } from '@tsunagu/platform';
import { VaultAppModule } from './app.module.js';
import { refuseDebugger } from './no-debugger.js';
import { writeOperatorDoor } from './operator-door.js';

const config = AppConfig.fromEnv('vault');
refuseDebugger(config.mode);
const { port } = await bootstrap(VaultAppModule, {
  name: 'vault',
  configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
});
await writeOperatorDoor(config, port);
