import { INTERNAL_ROUTES, VAULT_ROUTES, type Caller } from '@tsunagu/contracts';
import { AppLogger, InternalErrorFilter, bootstrap, type RunningApp } from '@tsunagu/platform';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { TestAuthority, clientOptions, type IssuedFiles } from '../../../test/kit/test-authority.js';
import { VaultAppModule } from './app.module.js';

const CALLERS: readonly Caller[] = ['api', 'worker', 'vault', 'switch', 'operator'];
const OPERATIONAL = ['/health/live', '/health/ready', '/metrics'];
const saved = { ...process.env };
let database: TestDatabase;
let directory: string;
let authority: TestAuthority;
let running: RunningApp;
const own = new Map<Caller, IssuedFiles>();
const routes: { method: string; path: string }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'vault-doors-'));
  authority = new TestAuthority();
  for (const caller of CALLERS) own.set(caller, authority.issue({ names: `URI:spiffe://tsunagu/${caller}` }));
  Object.assign(process.env, {
    TSUNAGU_MODE: 'production',
    PORT: '0',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: directory,
    HSM_SOFTWARE_WAIVER: 'test of doors',
    LOG_LEVEL: 'silent',
    NODE_NAME: 'vault-doors',
    TLS_CERT_FILE: own.get('vault')!.certFile,
    TLS_KEY_FILE: own.get('vault')!.keyFile,
    TLS_CA_FILE: authority.caFile,
  });
  running = await bootstrap(VaultAppModule, {
    name: 'vault',
    configure: (app) => {
      const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
      fastify.addHook('onRoute', ({ method, url: path }: RouteOptions) => {
        for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') routes.push({ method: one, path });
      });
      app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger)));
    },
  });
}, 60_000);
afterAll(async () => {
  await running.stop();
  for (const name of Object.keys(process.env)) if (!(name in saved)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
  authority.remove();
  await rm(directory, { recursive: true });
  await database.drop();
});

/** An empty request of a caller, by plain HTTPS. */
function ask(
  caller: Caller,
  { method, path }: { method: string; path: string },
): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', 'x-internal-caller': 'operator' };
  const options = { ...clientOptions(authority.caFile, own.get(caller)), port: running.port, path, method, headers };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(method === 'GET' ? undefined : '{}');
  });
}

const statusFor = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status;

describe('the doors of a vault in production', { timeout: 60_000 }, () => {
  it('are those of the contract, and no others', () => {
    const ours = routes.map(({ path }) => path).sort();
    expect(ours).toEqual(Object.values<string>(VAULT_ROUTES).sort());
    expect(ours.filter((path) => INTERNAL_ROUTES[path] === undefined)).toEqual([]);
  });

  it('open for each caller by the allow-list alone: every route, every caller [C13, CC-27]', async () => {
    expect(routes.length).toBeGreaterThan(10);
    const pairs = routes.flatMap((route) => CALLERS.map((caller) => ({ route, caller })));
    const wrong: string[] = [];
    for (const { route, caller } of pairs) {
      const isListed = INTERNAL_ROUTES[route.path]?.includes(caller) ?? false;
      const status = await statusFor(caller, route);
      // a listed caller's empty request is refused for what it says (400, 404, 409, 422), never for who he is
      const isRight = isListed ? status !== 403 && status < 500 : status === 403;
      if (!isRight) wrong.push(`${caller} ${route.path} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('list the certificates of the house with their ends: ours, the authority, and who has called [CC-32]', async () => {
    await statusFor('worker', { method: 'GET', path: '/health/live' });
    const { text } = await ask('operator', { method: 'POST', path: VAULT_ROUTES.keyReport });
    const { certificates, hsm } = JSON.parse(text) as {
      certificates: { role: string; name: string; validUntil: string; algorithm: string; fingerprint: string }[];
      hsm: { name: string };
    };
    const named = (role: string) => certificates.filter((one) => one.role === role).map(({ name }) => name);
    expect(named('own')).toEqual(['spiffe://tsunagu/vault']);
    expect(named('authority')).toEqual(['CN=test authority']);
    expect(named('caller')).toEqual(expect.arrayContaining(['spiffe://tsunagu/operator', 'spiffe://tsunagu/worker']));
    const file = new X509Certificate(readFileSync(own.get('vault')!.certFile));
    const ours = certificates.find(({ role }) => role === 'own')!;
    expect([new Date(ours.validUntil), ours.fingerprint]).toEqual([new Date(file.validTo), file.fingerprint256]);
    expect(ours.algorithm).toBe('ec prime256v1');
    expect(hsm.name).toBe('software');
  });

  it('show health and metrics to processes of the house', async () => {
    for (const path of OPERATIONAL) expect(await statusFor('worker', { method: 'GET', path }), path).toBe(200);
  });
});
