import { migrate, migrateQueue } from '@tsunagu/platform';
import { ALL_MIGRATIONS } from './migrations.js';

/**
 * Bring one database to the present version: our migrations, then the queue's schema. Safe to repeat, and to start twice at once.
 * @param ownerUrl connection string that acts as `tsunagu_owner`
 * @returns names of the migrations that ran now
 */
export async function migrateDatabase(ownerUrl: string): Promise<string[]> {
  const done = await migrate(ownerUrl, ALL_MIGRATIONS);
  await migrateQueue(ownerUrl);
  return done;
}
