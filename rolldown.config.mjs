import { defineConfig } from 'rolldown';
import { bundleOptions } from './tools/build/bundle-options.mjs';

const app = process.env.APP ?? 'api';

export default defineConfig(bundleOptions(app, process.env.ENTRY ?? `apps/${app}/src/main.ts`));
