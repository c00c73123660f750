/** Search path of each role: its own zone only. The owner has none of ours, so a migration must name the schema. */
const SEARCH_PATH = {
  tsunagu_owner: 'public',
  tsunagu_gateway: 'gateway,bullmq',
  tsunagu_vault: 'vault',
  tsunagu_switch: 'switch',
};

/** The three zones and the role of each; the owner migrates and serves nobody. */
export const ROLES = Object.keys(SEARCH_PATH);

/**
 * Connection string of a role, from one that may become that role.
 * An external server is reached with one login; the zone is chosen by the start-up option `role`, which the login must be a member of.
 * @param {string} url postgres connection string
 * @param {string} role one of ROLES
 * @param {string} [database] another database of the same server
 */
export function roleUrl(url, role, database) {
  const made = new URL(url);
  if (database !== undefined) made.pathname = `/${encodeURIComponent(database)}`;
  made.searchParams.set('options', `-c role=${role} -c search_path=${SEARCH_PATH[role]}`);
  return made.href.replaceAll('+', '%20'); // drivers read the query part as a URI, where + is a plus
}
