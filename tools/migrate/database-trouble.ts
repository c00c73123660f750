/** Oldest server on which the schema works. */
const SERVER_VERSION_MIN = 150_000;

/** What a login that is no superuser needs is written there. */
const RUNBOOK = 'docs/runbooks/external-database.md';

/** Where the server is, without who logs in with which password. */
function placeOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) return undefined;
  return parsed.searchParams.get('host') ?? `${parsed.hostname}:${parsed.port || '5432'}`;
}

/**
 * One line with the remedy for what people get wrong about `DATABASE_URL`. Names the place and the login, never the password.
 * @returns undefined when the error says something else
 */
export function databaseTrouble(url: string, error: unknown): string | undefined {
  const place = placeOf(url);
  if (place === undefined)
    return 'DATABASE_URL is no address of a PostgreSQL: write postgres://login:password@host:5432/database';
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const login = decodeURIComponent(new URL(url).username) || 'nobody';
  if (/^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/.test(code))
    return `no PostgreSQL answers at ${place} (${code}): start it, correct DATABASE_URL, or unset it for the embedded one`;
  if (code.startsWith('28') || /password must be a string/.test(message))
    return `the PostgreSQL at ${place} does not let ${login} in: correct login and password in DATABASE_URL`;
  if (code === '42501')
    return `${login} may not prepare the database (${message}): let a superuser do it once as in ${RUNBOOK}, or log in as one`;
  if (code === '53300') return `the PostgreSQL at ${place} has no connection left: raise max_connections to 200`;
  return undefined;
}

/** @param version `server_version_num`, e.g. 150018 */
export function versionTrouble(version: number): string | undefined {
  if (version >= SERVER_VERSION_MIN) return undefined;
  return `PostgreSQL ${Math.floor(version / 10_000)} is too old: DATABASE_URL needs version ${SERVER_VERSION_MIN / 10_000} or newer`;
}
