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
  const isKnown = (await knowsUs(house, known)) && known?.iso8583?.hq_link?.terminals !== undefined;
  const { tenants, hq } = isKnown ? { tenants: known.tenants, hq: [known.iso8583.hq_link] } : await seeded(seed, env);
  const line = hqLink(house, hq[0]);
  const sandbox = {
    api: house.urls.api,
    console: null, // no console yet
    tenants,
    iso8583: { hq_link: line },
    issuer_ledger: house.urls.ledger,
    faults: house.urls.faults,
    web_till: house.urls.webTill,
    admin: adminPlaces(house),
    database: { owner_url: house.databaseUrl('tsunagu_owner') }, // for `npm run books` and other proofs; the public API is the contract
  };
  writeHqLinks(house, line);
  writeWhole(house.sandboxFile, `${JSON.stringify(sandbox, null, 2)}\n`);
  return sandbox;
}

async function seeded(seed, env) {
  return JSON.parse(await runTool(seed, [], env));
}

/** Identification code of the payment server, as the published sample messages of the wire have it. */
const HQ_INSTITUTION = '88001234567';
const HQ_NAME = 'hq-demo';

/** The line of the first merchant's payment server. Plain TCP, on this machine alone. */
function hqLink(house, { tenant_id, tenant_row, terminals }) {
  const wire = { tls: false, profile: 'hybrid', framing: 'be2' };
  const whose = { name: HQ_NAME, institution: HQ_INSTITUTION, cards: ['dukpt', 'pan'], tenant_id, tenant_row };
  return { host: '127.0.0.1', port: house.ports.hq, ...wire, ...whose, terminals };
}

/** The contract behind the line, as the switch reads it. */
function writeHqLinks(house, { name, institution, cards, tenant_row, terminals, host, port, profile, framing }) {
  const lanes = terminals.map(({ terminal, merchant, terminal_row }) => ({
    terminal,
    merchant,
    terminalId: terminal_row,
  }));
  const rights = ['sale', 'auth', 'capture', 'refund', 'reversal', 'reconciliation', 'file_action'];
  const contract = { name, tenantId: tenant_row, institution, framing, profile, cards, rights, terminals: lanes };
  const listener = { host, port, framing, tls: null, link: name };
  const book = { version: 'sandbox', listeners: [listener], links: [{ ...contract, perSecondMax: 10_000 }] };
  writeWhole(house.hqLinksFile, `${JSON.stringify(book, null, 2)}\n`);
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
  return {
    ...Object.fromEntries(places),
    operator: { api: `http://127.0.0.1:${house.ports.apiInternal}` },
    faults: house.urls.faults,
    issuer_ledger: house.urls.ledger,
  };
}
