import 'reflect-metadata';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Module, Post, Body, HttpCode, Inject } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { SWITCH_ROUTES, VAULT_ROUTES, type Caller } from '@tsunagu/contracts';
import { AppError, Secret } from '@tsunagu/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppConfig } from '../config/app-config.js';
import { HealthChecks } from '../health/health-checks.js';
import { startApp, type RunningApp } from '../http/bootstrap.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { PlatformModule } from '../platform.module.js';
import { SwitchClient, VaultClient } from './card-zone-clients.js';
import { callerKey } from './internal-client.js';
import { InternalErrorFilter } from './internal-error.filter.js';
import { InternalGuard } from './internal-guard.js';

const SECRET = 'cd'.repeat(32);
const saved = { ...process.env };
/** While the secret changes: accepted, shown by nobody here. */
const OTHER = 'ab'.repeat(32);
const ENV = {
  INTERNAL_SECRET: SECRET,
  INTERNAL_SECRET_OTHER: OTHER,
  PORT: '0',
  LOG_LEVEL: 'silent',
  NODE_NAME: 'vault-1',
};

class ReplayError extends AppError {
  readonly code = 'ksn_replay';
  readonly category = 'conflict';
}

@Controller()
class SpecController {
  constructor(@Inject(Metrics) readonly metrics: Metrics) {}

  @Post(VAULT_ROUTES.open)
  @HttpCode(200)
  open(@Body() body: { intent: string; tenantId: string }): unknown {
    if (body.intent === 'replay') throw new ReplayError('this KSN was used');
    if (body.intent === 'bug') throw new TypeError('card 4111111111111111');
    return { tokenId: 'token', echo: body };
  }

  @Post('/internal/v1/undeclared')
  undeclared(): string {
    return 'open to all';
  }
}

@Module({
  imports: [PlatformModule.forRoot({ app: 'vault' })],
  controllers: [SpecController],
  providers: [
    {
      provide: APP_GUARD,
      useFactory: (...parts: [AppConfig, AppLogger, Metrics]) => new InternalGuard(...parts),
      inject: [AppConfig, AppLogger, Metrics],
    },
    { provide: APP_FILTER, useFactory: (logger: AppLogger) => new InternalErrorFilter(logger), inject: [AppLogger] },
  ],
})
class SpecModule {}

describe('calls between processes of the house', () => {
  let running: RunningApp;
  let url: string;
  const clients: { onApplicationShutdown(): Promise<void> }[] = [];
  const vaultAs = (caller: Caller, secret = SECRET, at = url) => {
    const client = new VaultClient({ url: at, caller, secret: new Secret(secret) });
    clients.push(client);
    return client;
  };
  const order = (intent: string) => ({ intent, tenantId: 't', terminalId: 'x', requestId: 'req_1', card: {} as never });
  const raw = (path: string, init: RequestInit) => fetch(`${url}${path}`, { method: 'POST', ...init });
  const proof = (caller: string) => ({
    'x-internal-caller': caller,
    'x-internal-key': callerKey(new Secret(SECRET), caller),
  });
  const json = { 'content-type': 'application/json' };

  beforeAll(async () => {
    Object.assign(process.env, ENV);
    running = await startApp(SpecModule, { name: 'vault' });
    for (const name of Object.keys(ENV)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, saved);
    url = `http://127.0.0.1:${running.port}`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.onApplicationShutdown();
  });
  afterAll(() => running.stop());

  it('lets an allowed caller in who proves himself', async () => {
    expect(await vaultAs('api').open(order('buy'))).toMatchObject({ tokenId: 'token', echo: { intent: 'buy' } });
  });

  it('[C12] takes the next or the last secret too while it changes, and no third one', async () => {
    expect(await vaultAs('api', OTHER).open(order('buy'))).toMatchObject({ tokenId: 'token' });
    await expect(vaultAs('worker', OTHER).open(order('buy'))).rejects.toMatchObject({ status: 403 });
    await expect(vaultAs('api', 'ac'.repeat(32)).open(order('buy'))).rejects.toMatchObject({ status: 403 });
  });

  it('hands the other side’s own refusal through: code, category, status', async () => {
    await expect(vaultAs('api').open(order('replay'))).rejects.toMatchObject({
      name: 'RemoteError',
      code: 'ksn_replay',
      category: 'conflict',
      status: 409,
    });
  });

  it('says nothing of a bug but that there is one [D3]', async () => {
    const answer = await raw(VAULT_ROUTES.open, { headers: { ...json, ...proof('api') }, body: '{"intent":"bug"}' });
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({
      code: 'internal_error',
      category: 'internal',
      message: 'something is wrong on our side',
    });
    expect(text).not.toContain('4111');
  });

  it('refuses a caller who is not on the list of the operation, and one with another’s or no key', async () => {
    await expect(vaultAs('worker').open(order('buy'))).rejects.toMatchObject({
      code: 'permission_denied',
      status: 403,
    });
    await expect(vaultAs('api', 'ef'.repeat(32)).open(order('buy'))).rejects.toMatchObject({
      code: 'permission_denied',
      status: 403,
    });
    const asOther = { 'x-internal-caller': 'api', 'x-internal-key': callerKey(new Secret(SECRET), 'worker') };
    expect((await raw(VAULT_ROUTES.open, { headers: { ...json, ...asOther }, body: '{}' })).status).toBe(403);
    expect((await raw(VAULT_ROUTES.open, { headers: json, body: '{}' })).status).toBe(403);
  });

  it('derives the key of a known caller once, and that of a stranger each time', async () => {
    const client = vaultAs('api');
    await client.open(order('first'));
    const reveal = vi.spyOn(Secret.prototype, 'reveal');
    await client.open(order('second'));
    expect(reveal).toHaveBeenCalledTimes(0);
    for (let call = 1; call <= 2; call += 1) {
      await raw(VAULT_ROUTES.open, { headers: { ...json, 'x-internal-caller': 'stranger' }, body: '{}' });
      expect(reveal).toHaveBeenCalledTimes(2 * call); // the secret that is shown, and the one that is accepted beside it
    }
    reveal.mockRestore();
  });

  it('refuses a route that nobody declared, whoever asks', async () => {
    expect(
      (await raw('/internal/v1/undeclared', { headers: { ...json, ...proof('operator') }, body: '{}' })).status,
    ).toBe(403);
  });

  it('refuses other media, broken JSON, long URLs and large bodies', async () => {
    const as = proof('api');
    expect(
      (await raw(VAULT_ROUTES.open, { headers: { ...as, 'content-type': 'text/plain' }, body: '{}' })).status,
    ).toBe(415);
    expect(
      (await raw(VAULT_ROUTES.open, { headers: { ...as, ...json, 'content-encoding': 'gzip' }, body: '{}' })).status,
    ).toBe(415);
    const broken = await raw(VAULT_ROUTES.open, { headers: { ...as, ...json }, body: '{"pan":4111111111111111' });
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toContain('4111');
    expect(
      (await raw(`${VAULT_ROUTES.open}?${'x'.repeat(5_000)}`, { headers: { ...as, ...json }, body: '{}' })).status,
    ).toBe(414);
    expect(
      (await raw(VAULT_ROUTES.open, { headers: { ...as, ...json }, body: JSON.stringify('x'.repeat(70_000)) })).status,
    ).toBe(413);
    expect(
      (await raw(VAULT_ROUTES.open, { headers: { ...as, ...json, bulk: 'x'.repeat(17_000) }, body: '{}' })).status,
    ).toBe(431);
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const lonely = vaultAs('api', SECRET, 'http://127.0.0.1:1');
    await expect(lonely.open(order('buy'))).rejects.toMatchObject({
      code: 'card_service_unavailable',
      category: 'not_sent',
      status: 503,
    });
  });

  describe('a neighbour that misbehaves', () => {
    let server: Server;
    let answer: (respond: import('node:http').ServerResponse) => void;
    let door: string;
    beforeAll(async () => {
      server = createServer((request, respond) => {
        request.resume().on('end', () => answer(respond));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      door = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const unknown = { code: 'card_service_unavailable', category: 'outcome_unknown' };

    it.each([
      ['hangs up', (respond: import('node:http').ServerResponse) => void respond.destroy()],
      ['answers nonsense', (respond: import('node:http').ServerResponse) => void respond.writeHead(200).end('<html>')],
      [
        'floods',
        (respond: import('node:http').ServerResponse) => void respond.writeHead(200).end(`"${'x'.repeat(400_000)}"`),
      ],
      ['fails without a code', (respond: import('node:http').ServerResponse) => void respond.writeHead(502).end()],
    ])('leaves the outcome unknown when it %s [G14]', async (_what, behave) => {
      answer = behave;
      await expect(vaultAs('api', SECRET, door).open(order('buy'))).rejects.toMatchObject(unknown);
    });

    it('asks the switch for many attempts in one call, and takes its list', async () => {
      answer = (respond) => void respond.writeHead(200).end('[{"attemptId":"a"}]');
      const client = new SwitchClient({ url: door, caller: 'worker', secret: new Secret(SECRET) });
      clients.push(client);
      expect(await client.outcomes([{ tenantId: 't', attemptId: 'a' }])).toEqual([{ attemptId: 'a' }]);
      expect(SWITCH_ROUTES.outcomes).toContain('outcomes');
    });
  });

  it('serves liveness, readiness and metrics without a key, and is not ready when a check fails', async () => {
    const health = running.app.get(HealthChecks);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    health.register('hsm', () => Promise.reject(new Error('session lost, pin 1234')));
    const answer = await fetch(`${url}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ ready: false, checks: { hsm: 'failed' } });
    health.register('hsm', () => Promise.resolve());
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('tsunagu_internal_refused_total');
  });
});
