import 'reflect-metadata';
import { bootstrap } from '@tsunagu/platform';
import { AppModule } from './app.module.js';
import { configureApi } from './configure-api.js';

await bootstrap(AppModule, { name: 'api', strictJson: true, configure: configureApi });
