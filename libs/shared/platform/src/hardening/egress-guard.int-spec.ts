import dgram from 'node:dgram';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Secret } from '@tsunagu/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { AppConfig } from '../config/app-config.js';
import { Centre } from '../database/centre.js';
import { MoneyPool } from '../database/money-pool.js';
import { sql } from '../database/statement.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { quietLogger } from '../testing.js';
import { EgressGuard, addressOf } from './egress-guard.js';
import { addressesOf, guardEgress, readEgressList } from './guard-egress.js';

let server: Server;
let port: number;
let requests = 0;
let database: TestDatabase;
let guard: EgressGuard | undefined;

beforeAll(async () => {
  database = await testDatabase();
  server = createServer((_request, response) => {
    requests += 1;
    response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
}, 60_000);
afterEach(() => guard?.remove());
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.drop();
});

const codeOf = (socket: { on(event: 'error', listener: (error: { code?: string }) => void): unknown }) =>
  new Promise((resolve) => socket.on('error', ({ code }) => resolve(code)));

describe('the guard of outgoing connections [C13, CC-23]', () => {
  it('refuses every way to an address that is not configured, and reports it', async () => {
    const metrics = new Metrics();
    const lines: string[] = [];
    guard = EgressGuard.install([addressOf(database.url('vault'), 5432)]);
    guard.report(new AppLogger(AppConfig.fromEnv('vault', {}), (line) => void lines.push(line)), metrics);
    const url = `http://127.0.0.1:${port}/`;
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'egress_refused' } });
    expect(await codeOf(connect(port, '127.0.0.1'))).toBe('egress_refused');
    expect(await codeOf(connect({ port, host: '127.0.0.1' }))).toBe('egress_refused');
    expect(await codeOf(connect({ port }))).toBe('egress_refused');
    expect(await codeOf(connectTls({ port, host: '127.0.0.1' }))).toBe('egress_refused');
    const udp = dgram.createSocket('udp4');
    expect(() => udp.send('x', port, '127.0.0.1')).toThrow('may not connect');
    udp.close();
    expect(requests).toBe(0);
    expect((await metrics.page()).text).toContain('tsunagu_egress_refused_total 6');
    expect(lines.join('\n')).toContain(`127.0.0.1:${port}`);
  });

  it('leaves the way to the database open', async () => {
    guard = EgressGuard.install([addressOf(database.url('vault'), 5432)]);
    const pool = new MoneyPool(new Secret(database.url('vault')), quietLogger(), { max: 1 });
    const rows = await new Centre(pool).query<{ one: number }>(sql('egress_one', 'select 1 as one'), []);
    expect(rows).toEqual([{ one: 1 }]);
    await pool.onApplicationShutdown();
  });

  it('is gone when it is taken away', async () => {
    guard = EgressGuard.install([]);
    guard.remove();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
  });

  it('stands in production only, and knows the ways of a process: database, HSM service, neighbours, counterparts', () => {
    const env = { DATABASE_URL: 'postgres://u@db.example/x', EGRESS_ALLOW: 'hsm.example:1792' };
    expect(guardEgress(AppConfig.fromEnv('switch', env))).toBeUndefined();
    const production = { ...env, TSUNAGU_MODE: 'production' };
    const [plain, onAws] = [
      AppConfig.fromEnv('switch', production),
      AppConfig.fromEnv('vault', {
        ...production,
        HSM_PROVIDER: 'aws-payment-cryptography',
        AWS_REGION: 'ap-northeast-1',
      }),
    ];
    const neighbours = ['https://vault.house', 'http://api.house:4000/x', 'Issuer.example:7001'];
    expect(addressesOf(plain, neighbours)).toEqual([
      'db.example:5432',
      'vault.house:443',
      'api.house:4000',
      'issuer.example:7001',
      'hsm.example:1792',
    ]);
    expect(addressesOf(onAws, [])).toContain('dataplane.payment-cryptography.ap-northeast-1.amazonaws.com:443');
  });

  it('reads its list, and refuses one that it does not understand', () => {
    expect(readEgressList('HSM.example:1792, 10.0.0.7:9000')).toEqual(['hsm.example:1792', '10.0.0.7:9000']);
    expect(readEgressList(null)).toEqual([]);
    expect(() => readEgressList('https://hsm.example')).toThrow('EGRESS_ALLOW');
    expect(addressOf('postgres://u@DB.example/x', 5432)).toBe('db.example:5432');
    expect(addressOf('postgres://u@[::1]:5433/x', 5432)).toBe('::1:5433');
  });
});
