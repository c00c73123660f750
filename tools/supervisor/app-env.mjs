import { join } from 'node:path';
import { writeWhole } from './write-whole.mjs';

const ZONE_ROLE = {
  api: 'tsunagu_gateway',
  worker: 'tsunagu_gateway',
  vault: 'tsunagu_vault',
  switch: 'tsunagu_switch',
};

/** What a child may inherit from the shell: nothing that could carry somebody's credentials. */
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LOG_LEVEL',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];

/** Which HSM the card zone opens: names and paths, no PIN and no credential. */
const HSM_CHOICE = [
  'HSM_PROVIDER',
  'DEVICE_PROFILES',
  'PKCS11_LIBRARY',
  'PKCS11_TOKEN_LABEL',
  'PKCS11_PIN_FILE',
  'PKCS11_SESSIONS',
  'SOFTHSM2_CONF',
];

/** Timers of the sandbox: a time-out is seen in seconds, and its reversal is repeated soon. */
const SANDBOX_TIMERS = {
  replyTimeoutMs: 8_000,
  echoMs: 30_000,
  reversalScheduleMs: [1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
};

/** Lines to the three simulated hosts: JCB, an acquirer for the other international brands, UnionPay. */
export function writeLinks(file, ports, timers = {}) {
  const reconciliation = { afterCutoverMs: 10_000, detailsUrl: `http://127.0.0.1:${ports.simulator}/ledger` };
  const common = { host: '127.0.0.1', framing: 'be2', profile: 'hybrid', reconciliation, ...SANDBOX_TIMERS, ...timers };
  const links = [
    {
      name: 'jcb',
      brands: ['jcb', 'amex', 'diners', 'discover'],
      port: ports.jcb,
      acquirerId: '35001',
      forwardingId: '35901',
      node: '01',
      pin: { format: 3, key: 'zpk-jcb-test', published: true },
    },
    {
      name: 'acq',
      brands: ['visa', 'mastercard'],
      port: ports.acq,
      acquirerId: '45001',
      forwardingId: '45901',
      node: '02',
      pin: { format: 0, key: 'zpk-acq-test', published: true },
    },
    {
      name: 'cup',
      brands: ['unionpay'],
      port: ports.cup,
      acquirerId: '62001',
      forwardingId: '62901',
      node: '03',
      pin: { format: 4, key: 'zpk-cup-test', published: true },
    },
  ];
  writeWhole(file, JSON.stringify({ links: links.map((link) => ({ ...common, ...link })) }, null, 2));
}

/**
 * Environment of one process.
 * @param {string} app one of api, worker, vault, switch, simulator
 * @param {{ dataDir: string, ports: Record<string, number>, secrets: Record<string, string>, databaseUrl: (role: string) => string, redisUrl?: string, extra?: Record<string, string>, switches?: readonly string[], name?: string }} house
 *   `switches`: names of all replicas of the switch; `name`: that of this process, where it is not its app's
 */
export function appEnv(app, house) {
  const { dataDir, ports, secrets, databaseUrl, redisUrl, extra = {}, switches = ['switch'], name = app } = house;
  const fromShell = (names) =>
    Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const role = ZONE_ROLE[app];
  return {
    ...fromShell(INHERITED),
    ...(app === 'vault' || app === 'switch' ? fromShell(HSM_CHOICE) : {}),
    TZ: 'UTC',
    TSUNAGU_MODE: 'sandbox',
    PORT: String(ports[name]),
    NODE_NAME: `${app}-${Math.max(0, switches.indexOf(name)) + 1}`,
    ...(role === undefined ? {} : { DATABASE_URL: databaseUrl(role), ...internalOf(secrets) }),
    ...(ZONE_ROLE[app] === 'tsunagu_gateway' && redisUrl !== undefined ? { REDIS_URL: redisUrl } : {}),
    ...OWN[app]({ dataDir, ports, secrets, switches, name }),
    ...extra,
  };
}

/** While the secret between processes changes there are two: the one that is shown, and another one that is accepted. */
function internalOf({ INTERNAL_SECRET, INTERNAL_SECRET_OTHER }) {
  return { INTERNAL_SECRET, ...(INTERNAL_SECRET_OTHER === undefined ? {} : { INTERNAL_SECRET_OTHER }) };
}

/** What only this process is told. */
const OWN = {
  api: ({ ports, secrets }) => ({
    ADMIN_PORT: String(ports.apiAdmin),
    INTERNAL_PORT: String(ports.apiInternal),
    VAULT_URL: `http://127.0.0.1:${ports.vault}`,
    DCC_RATES_URL: `http://127.0.0.1:${ports.simulator}/dcc`,
    SIMULATOR_URL: `http://127.0.0.1:${ports.simulator}`,
    API_KEY_PEPPER: secrets.API_KEY_PEPPER,
    WEBHOOK_KEY: secrets.WEBHOOK_KEY,
    WEBHOOK_ALLOW_LOOPBACK: 'true',
  }),
  worker: ({ ports, secrets, switches }) => ({
    VAULT_URL: `http://127.0.0.1:${ports.vault}`,
    SWITCH_URL: switches.map((name) => `http://127.0.0.1:${ports[name]}`).join(','),
    WEBHOOK_KEY: secrets.WEBHOOK_KEY,
    WEBHOOK_ALLOW_LOOPBACK: 'true',
  }),
  vault: ({ dataDir }) => ({ HSM_DIR: join(dataDir, 'hsm') }),
  switch: ({ dataDir, ports, switches, name }) => ({
    ...(switches.length > 1 ? { SWITCH_DRAIN_MS: '3500' } : {}), // another one waits: a hand-over takes five seconds at most
    HSM_DIR: join(dataDir, 'hsm'),
    LINKS_FILE: join(dataDir, 'links.json'),
    ...(name === switches[0] ? { HQ_LINKS_FILE: join(dataDir, 'hq-links.json') } : {}), // one place listens for merchants' servers
    VAULT_URL: `http://127.0.0.1:${ports.vault}`,
    INTAKE_URL: `http://127.0.0.1:${ports.apiInternal}`,
  }),
  simulator: ({ dataDir, ports }) => ({
    SIM_DIR: join(dataDir, 'simulator'),
    SIM_JCB_PORT: String(ports.jcb),
    SIM_ACQ_PORT: String(ports.acq),
    SIM_CUP_PORT: String(ports.cup),
    WEB_TILL_PORT: String(ports.webTill),
    WEB_TILL_API_URL: `http://127.0.0.1:${ports.api}`,
    SANDBOX_FILE: join(dataDir, 'sandbox.json'),
    SIM_AFTER_TIMEOUT_MS: String(SANDBOX_TIMERS.replyTimeoutMs + 2_000), // a yes that comes after our reply timer
  }),
};
