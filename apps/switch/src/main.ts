import 'reflect-metadata';
import { bootstrapCardZone } from '@tsunagu/platform';
import { SwitchAppModule } from './app.module.js';
import { counterparts } from './links/counterparts.js';

await bootstrapCardZone(SwitchAppModule, 'switch', counterparts);
