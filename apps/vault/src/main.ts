import 'reflect-metadata';
import { bootstrapCardZone } from '@tsunagu/platform';
import { VaultAppModule } from './app.module.js';
import { writeOperatorDoor } from './operator-door.js';

const { config, port } = await bootstrapCardZone(VaultAppModule, 'vault');
await writeOperatorDoor(config, port);
