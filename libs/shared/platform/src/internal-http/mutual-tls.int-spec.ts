import 'reflect-metadata';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { readFileSync } from 'node:fs';
import { Body, Controller, HttpCode, Module, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type Caller } from '@tsunagu/contracts';
import { SystemClock } from '@tsunagu/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  TestAuthority,
  clientOptions,
  replaceFiles,
  type CertificateWish,
  type IssuedFiles,
} from '../../../../../test/kit/test-authority.js';
import { startApp, type RunningApp } from '../http/bootstrap.js';
import { Metrics } from '../metrics/metrics.js';
import { PlatformModule } from '../platform.module.js';
import { callerOfCertificate } from './caller-identity.js';
import { VaultClient } from './card-zone-clients.js';
import { CertificateKeeper } from './certificate-keeper.js';
import { HouseCertificate } from './house-certificate.js';
import { InternalErrorFilter } from './internal-error.filter.js';
import { InternalGuard } from './internal-guard.js';

const OPEN = { intent: 'buy', tenantId: 't', terminalId: 'x', requestId: 'req_1', card: {} as never };
const saved = { ...process.env };

@Controller()
@UseGuards(InternalGuard)
@UseFilters(InternalErrorFilter)
class SpecController {
  @Post(VAULT_ROUTES.open)
  @HttpCode(200)
  open(@Body() body: unknown, @Req() { raw }: { raw: { socket: { getProtocol(): string } } }): unknown {
    return { tokenId: 'token', protocol: raw.socket.getProtocol(), body };
  }
}

@Module({ imports: [PlatformModule.forRoot({ app: 'vault' })], controllers: [SpecController] })
class SpecModule {}

let authority: TestAuthority;
let stranger: TestAuthority;
let files: IssuedFiles;
let crlFile: string;
let running: RunningApp;
const clients: VaultClient[] = [];

const named = (caller: string, more: Partial<CertificateWish> = {}) =>
  authority.issue({ names: `URI:spiffe://tsunagu/${caller}`, ...more });

beforeAll(async () => {
  [authority, stranger] = [new TestAuthority(), new TestAuthority('another authority')];
  files = named('vault');
  crlFile = authority.emptyRevocations();
  Object.assign(process.env, {
    TSUNAGU_MODE: 'production',
    PORT: '0',
    LOG_LEVEL: 'silent',
    NODE_NAME: 'vault-tls',
    TLS_CERT_FILE: files.certFile,
    TLS_KEY_FILE: files.keyFile,
    TLS_CA_FILE: authority.caFile,
    TLS_CRL_FILE: crlFile,
  });
  running = await startApp(SpecModule, { name: 'vault' });
}, 60_000);
afterEach(async () => {
  for (const client of clients.splice(0)) await client.onApplicationShutdown();
});
afterAll(async () => {
  await running.stop();
  for (const name of Object.keys(process.env)) if (!(name in saved)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
  authority.remove();
  stranger.remove();
});

function certificateOf(caller: Caller, own = named(caller)): HouseCertificate {
  const place = { ...own, caFile: authority.caFile, crlFile: null, trustDomain: 'tsunagu' };
  return new HouseCertificate(place, caller, new Date());
}

function vaultAs(caller: Caller, certificate = certificateOf(caller)): VaultClient {
  const client = new VaultClient({ url: `https://127.0.0.1:${running.port}`, caller, certificate });
  clients.push(client);
  return client;
}

/** A request by plain HTTPS. @returns status, or the word `refused` when no answer comes */
function ask(own: IssuedFiles | undefined, { headers = {}, path = VAULT_ROUTES.open as string, more = {} } = {}) {
  return new Promise<number | 'refused'>((resolve) => {
    const options = { ...clientOptions(authority.caFile, own), ...more, port: running.port, path, method: 'POST' };
    const sent = request({
      host: '127.0.0.1',
      ...options,
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.on('response', (answer) => (answer.resume(), resolve(answer.statusCode ?? 0)));
    sent.on('error', () => resolve('refused'));
    sent.end('{}');
  });
}

async function refusals(reason: string): Promise<number> {
  const metric = running.app.get(Metrics).registry.getSingleMetric('tsunagu_internal_tls_refused_total');
  const { values } = (await metric?.get()) ?? { values: [] };
  return values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
}

describe('calls between processes in production', { timeout: 30_000 }, () => {
  it('know the caller by his certificate, over TLS 1.3 [C13, CC-27]', async () => {
    expect(await vaultAs('api').open(OPEN)).toMatchObject({ tokenId: 'token', protocol: 'TLSv1.3' });
    await expect(vaultAs('worker').open(OPEN)).rejects.toMatchObject({ code: 'permission_denied', status: 403 });
  });

  it('believe no header that names another caller [F4]', async () => {
    const headers = { 'x-internal-caller': 'api', 'x-internal-key': '00', 'x-forwarded-client-cert': 'URI=api' };
    expect(await ask(named('worker'), { headers })).toBe(403);
    expect(await ask(named('api'), { headers: { 'x-internal-caller': 'worker' } })).toBe(200);
  });

  it.each<[string, string, () => IssuedFiles | undefined]>([
    ['shows no certificate', 'no_certificate', () => undefined],
    ['shows one of another authority', 'certificate', () => stranger.issue({ names: 'URI:spiffe://tsunagu/api' })],
    ['shows one that has ended', 'expired', () => named('api', { endsInDays: -1 })],
    ['shows one for servers only', 'certificate', () => named('api', { usage: 'serverAuth' })],
    ['has no name in this house', 'unknown_caller', () => named('auditor')],
    ['is of another house', 'unknown_caller', () => authority.issue({ names: 'URI:spiffe://elsewhere/api' })],
    ['has a host name alone', 'unknown_caller', () => authority.issue({ names: 'DNS:api' })],
    [
      'claims two names',
      'unknown_caller',
      () => authority.issue({ names: 'URI:spiffe://tsunagu/api,URI:spiffe://tsunagu/worker' }),
    ],
  ])('cut off a stranger who %s, and count him as %s [C13, CC-27]', async (_what, reason, make) => {
    const before = await refusals(reason);
    expect(await ask(make())).toBe('refused');
    expect(await refusals(reason)).toBe(before + 1);
  });

  it('speak no TLS before 1.2, and no plain HTTP [CC-27, K1]', async () => {
    const old = { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'DEFAULT@SECLEVEL=0' };
    const before = await refusals('protocol');
    expect(await ask(named('api'), { more: old })).toBe('refused');
    expect(await refusals('protocol')).toBe(before + 1);
    await expect(fetch(`http://127.0.0.1:${running.port}/health/live`)).rejects.toThrow();
  });

  it('resume no session: each connection proves anew who it is', async () => {
    const options = clientOptions(authority.caFile, named('api'));
    const sessions: Buffer[] = [];
    const once = (session?: Buffer) =>
      new Promise<boolean>((resolve, reject) => {
        const socket = connect({ ...options, host: '127.0.0.1', port: running.port, session }, () => {
          socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
        });
        socket.on('session', (one: Buffer) => sessions.push(one));
        socket.on('error', reject);
        socket.resume().on('end', () => resolve(socket.isSessionReused()));
      });
    expect(await once()).toBe(false);
    expect(await once(sessions.at(-1))).toBe(false);
  });

  it('send nothing to another process that answers at the address', async () => {
    const own = named('api');
    const impostor = await fakeVault(named('worker'));
    const client = new VaultClient({ url: impostor.url, caller: 'api', certificate: certificateOf('api', own) });
    clients.push(client);
    await expect(client.open(OPEN)).rejects.toMatchObject({ code: 'card_service_unavailable', category: 'not_sent' });
    await expect(client.greet()).rejects.toMatchObject({ code: 'card_service_unavailable' });
    expect(impostor.requests()).toBe(0);
    await impostor.stop();
  });

  it('greet the neighbour for readiness', async () => {
    await expect(vaultAs('api').greet()).resolves.toBeUndefined();
  });
});

/** A server with a certificate of the house that is not the vault's. */
async function fakeVault(own: IssuedFiles): Promise<{ url: string; requests(): number; stop(): Promise<void> }> {
  const { createServer } = await import('node:https');
  let count = 0;
  const pem = { cert: readFileSync(own.certFile), key: readFileSync(own.keyFile), ca: readFileSync(authority.caFile) };
  const server = createServer({ ...pem, requestCert: true }, (_request, response) => {
    count += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `https://127.0.0.1:${port}`,
    requests: () => count,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

describe('certificates that change while the house runs', { timeout: 30_000 }, () => {
  it('are taken up by the server without a restart, and end old connections after their request', async () => {
    const keeper = running.app.get(CertificateKeeper);
    const fingerprint = () =>
      new Promise<string>((resolve, reject) => {
        const options = clientOptions(authority.caFile, named('api'));
        const socket = connect({ ...options, host: '127.0.0.1', port: running.port }, () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    const old = await fingerprint();
    const client = vaultAs('api');
    await client.open(OPEN);
    replaceFiles(files, named('vault', { endsInDays: 60 }));
    keeper.look();
    expect(await fingerprint()).not.toBe(old);
    await expect(client.open(OPEN)).resolves.toMatchObject({ tokenId: 'token' });
    const page = (await running.app.get(Metrics).page()).text;
    const [, seconds] = /^tsunagu_tls_certificate_expires_seconds (\S+)/m.exec(page) ?? [];
    expect(Number(seconds) * 1000 - Date.now()).toBeGreaterThan(59 * 86_400_000);
    expect(page).toContain('tsunagu_tls_reloads_total{result="changed"} 1');
  });

  it('are refused when they do not fit, and the old ones stay', async () => {
    const keeper = running.app.get(CertificateKeeper);
    replaceFiles(files, named('worker'));
    keeper.look();
    expect((await running.app.get(Metrics).page()).text).toContain('tsunagu_tls_reloads_total{result="refused"} 1');
    await expect(vaultAs('api').open(OPEN)).resolves.toMatchObject({ tokenId: 'token' });
    replaceFiles(files, named('vault'));
    keeper.look();
  });

  it('let a revoked caller in no more', async () => {
    const lost = named('api');
    expect(await ask(lost)).toBe(200);
    authority.revoke(lost);
    running.app.get(CertificateKeeper).look();
    expect(await ask(lost)).toBe('refused');
    expect(await refusals('revoked')).toBe(1);
    expect(await ask(named('api'))).toBe(200);
  });

  it('are taken up by a client too', async () => {
    const own = named('api');
    const certificate = certificateOf('api', own);
    const client = vaultAs('api', certificate);
    await client.open(OPEN);
    replaceFiles(own, named('api'));
    expect(certificate.refresh(new SystemClock().now())).toBe(true);
    expect(certificate.refresh(new SystemClock().now())).toBe(false);
    await expect(client.open(OPEN)).resolves.toMatchObject({ tokenId: 'token' });
  });
});

describe('the certificate of a process', () => {
  it.each<[string, () => void]>([
    ['of another process', () => certificateOf('api', named('worker'))],
    ['that has ended', () => certificateOf('api', named('api', { endsInDays: -1 }))],
    ['with the key of another', () => certificateOf('api', { ...named('api'), keyFile: named('api').keyFile })],
    ['that is not there', () => certificateOf('api', { ...named('api'), certFile: '/nowhere' })],
    ['that is no PEM', () => certificateOf('api', { ...named('api'), certFile: import.meta.filename })],
  ])('is refused at start-up when it is one %s', (_what, open) => {
    expect(open).toThrow(/^TLS_(CERT|KEY)_FILE /);
  });

  it('is not believed when its names are written to mislead', () => {
    for (const text of [
      undefined,
      '',
      'DNS:"a, URI:spiffe://tsunagu/operator, b"',
      'URI:spiffe://tsunagu/operator/x',
      'URI:spiffe://tsunagu/OPERATOR',
      'email:URI:spiffe://tsunagu/api',
    ])
      expect(callerOfCertificate(text, 'tsunagu'), text).toBeUndefined();
    expect(callerOfCertificate('DNS:api, URI:spiffe://tsunagu/api', 'tsunagu')).toBe('api');
  });
});
