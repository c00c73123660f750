import 'reflect-metadata';
import { AppConfig, bootstrap } from '@tsunagu/platform';
import { AppModule } from './app.module.js';
import { configureApi } from './configure-api.js';

// Health and metrics have a port of their own: without one they would be served to the public.
AppConfig.fromEnv('api').required('ADMIN_PORT');
await bootstrap(AppModule, { name: 'api', configure: configureApi });
