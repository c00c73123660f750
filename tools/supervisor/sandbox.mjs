import { readJson } from './secrets.mjs';
import { runTool } from './run-tool.mjs';
import { writeWhole } from './write-whole.mjs';

/**
 * Write `sandbox.json`, the contract with outside programs (architecture.md §7): merchants and keys are made once,
 * addresses are those of this start.
 * @param {{ sandboxFile: string, urls: Record<string, string>, adminUrl(app: string): string, databaseUrl(role: string): string }} house
 * @param {string} seed bundle of tools/seed.ts
 * @param {Record<string, string>} env of the seeding process
 */
export async function ensureSandbox(house, seed, env) {
  const known = readJson(house.sandboxFile);
  const tenants = (await knowsUs(house, known)) ? known.tenants : await makeTenants(seed, env);
  const sandbox = {
    api: house.urls.api,
    console: null, // no console yet
    tenants,
    iso8583: { hq_link: null }, // no line for a merchant's payment server yet
    issuer_ledger: house.urls.ledger,
    faults: house.urls.faults,
    admin: adminPlaces(house),
    database: { owner_url: house.databaseUrl('tsunagu_owner') }, // for `npm run books` and other proofs; the public API is the contract
  };
  writeWhole(house.sandboxFile, `${JSON.stringify(sandbox, null, 2)}\n`);
  return sandbox;
}

async function makeTenants(seed, env) {
  return JSON.parse(await runTool(seed, [], env)).tenants;
}

/** The file may be older than the database (reset, another DATABASE_URL): ask whether its keys still open the door. */
async function knowsUs(house, known) {
  const key = known?.tenants?.[0]?.api_key;
  if (key === undefined) return false;
  try {
    const answer = await fetch(`${house.urls.api}/v1/payments?limit=1`, {
      headers: { authorization: `Bearer ${key}`, connection: 'close' },
    });
    await answer.arrayBuffer();
    return answer.status !== 401;
  } catch {
    return true; // the api is not up yet; a seeding would not help
  }
}

function adminPlaces(house) {
  const places = ['api', 'worker', 'vault', 'switch', 'simulator'].map((app) => {
    const url = house.adminUrl(app);
    return [app, { live: `${url}/health/live`, ready: `${url}/health/ready`, metrics: `${url}/metrics` }];
  });
  return { ...Object.fromEntries(places), faults: house.urls.faults, issuer_ledger: house.urls.ledger };
}
