import { AppError } from '@tsunagu/kernel';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';

/** A migration class, as the feature libs export them. */
export type Migration = new () => MigrationInterface;

/** A migration did not run; the message is PostgreSQL's, about our own SQL. */
export class MigrationError extends AppError {
  readonly code = 'migration_failed';
  readonly category = 'internal';
}

/** Bookkeeping of what has been run; also read by the readiness check. */
const TABLE = 'migration';
const LOCK = `select pg_advisory_lock(hashtext('tsunagu migrations'))`;

/** Names of migrations, for the readiness check. */
export function migrationNames(migrations: readonly Migration[]): string[] {
  return migrations.map((migration) => migration.name);
}

/** A TypeORM data source for migrations and drift tests. @param ownerUrl login of the owner role */
function migrationSource(ownerUrl: string, migrations: readonly Migration[]): DataSource {
  return new DataSource({
    type: 'postgres',
    url: ownerUrl,
    schema: 'public',
    migrations: [...migrations],
    migrationsTableName: TABLE,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
    poolSize: 1,
  });
}

/**
 * Run what has not been run yet, in order of timestamps. Two starters at once are safe: one waits for the other.
 * @returns names of the migrations that ran now
 * @throws MigrationError with the SQLSTATE; nothing of the failing migration remains
 */
export async function migrate(ownerUrl: string, migrations: readonly Migration[]): Promise<string[]> {
  const lock = new pg.Client({ connectionString: ownerUrl });
  await lock.connect();
  const source = migrationSource(ownerUrl, migrations);
  try {
    await lock.query(LOCK);
    await source.initialize();
    const ran = await source.runMigrations();
    await source.query(`grant usage on schema public to public; grant select on public.${TABLE} to public`);
    return ran.map((migration) => migration.name);
  } catch (error) {
    const { message, code } = error as { message?: unknown; code?: unknown };
    throw new MigrationError(`a migration failed: ${String(message)}`, {
      sqlState: typeof code === 'string' ? code : 'none',
    });
  } finally {
    if (source.isInitialized) await source.destroy();
    await lock.end();
  }
}
