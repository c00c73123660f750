import type pg from 'pg';
import { ROLES } from '../postgres/role-url.mjs';

/** Any two starters serialize on this number; it means nothing else. */
const ROLES_LOCK = 4_711_001;

/**
 * Make the four roles of the house if they are missing, and let the present login act as each of them.
 * Roles belong to the whole server, so this stands before the migrations of a single database.
 */
export async function prepareRoles(admin: pg.ClientBase): Promise<void> {
  await admin.query('SELECT pg_advisory_lock($1)', [ROLES_LOCK]);
  try {
    const { rows } = await admin.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [
      ROLES,
    ]);
    for (const role of ROLES.filter((wanted) => !rows.some(({ rolname }) => rolname === wanted))) {
      // The SECURITY DEFINER functions for work without a tenant read as the owner, past row-level security; nobody serves as it.
      const rights = role === 'tsunagu_owner' ? 'BYPASSRLS' : 'NOBYPASSRLS';
      await admin.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE ${rights}`);
    }
    for (const role of ROLES) await joinRole(admin, role);
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [ROLES_LOCK]);
  }
}

async function joinRole(admin: pg.ClientBase, role: string): Promise<void> {
  const { rows } = await admin.query<{ joined: boolean }>(`SELECT pg_has_role(current_user, $1, 'MEMBER') AS joined`, [
    role,
  ]);
  if (rows[0]?.joined !== true) await admin.query(`GRANT ${role} TO CURRENT_USER`);
}

/** Let the owner role make schemas in the database that `admin` is connected to. */
export async function prepareDatabase(admin: pg.ClientBase): Promise<void> {
  const { rows } = await admin.query<{ name: string }>('SELECT quote_ident(current_database()) AS name');
  await admin.query(`GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${rows[0]?.name} TO tsunagu_owner`);
  await admin.query('GRANT USAGE, CREATE ON SCHEMA public TO tsunagu_owner');
}
