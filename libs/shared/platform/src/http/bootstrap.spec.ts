import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { PlatformModule } from '../platform.module.js';
import { startApp, type RunningApp } from './bootstrap.js';

let release: () => void = () => undefined;
let arrived: () => void = () => undefined;

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<string> {
    arrived();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return 'done';
  }
}

@Module({ imports: [PlatformModule.forRoot({ app: 'api' })], controllers: [SlowController] })
class SlowModule {}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the life of a process', () => {
  const saved = { ...process.env };
  let running: RunningApp | undefined;
  const start = async (env: Record<string, string>) => {
    Object.assign(process.env, { LOG_LEVEL: 'silent', PORT: '0', NODE_NAME: 'api-spec', ...env });
    running = await startApp(SlowModule, { name: 'api' });
    return running;
  };
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    for (const name of Object.keys(process.env)) if (!(name in saved)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, saved);
  });

  it('shows health and metrics on the operators’ port only, when there is one', async () => {
    const adminPort = await freePort();
    const { port } = await start({ ADMIN_PORT: String(adminPort) });
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await fetch(`http://127.0.0.1:${adminPort}${path}`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
    }
    expect((await fetch(`http://127.0.0.1:${adminPort}/other`)).status).toBe(404);
  });

  it('says nothing of what it is made of', async () => {
    const { port } = await start({});
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.headers.get('server')).toBeNull();
  });

  it('finishes the request it has before it stops', async () => {
    const begun = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { port, stop } = await start({});
    const answer = fetch(`http://127.0.0.1:${port}/slow`);
    await begun;
    const stopped = stop();
    running = undefined;
    release();
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(`http://127.0.0.1:${port}/slow`)).rejects.toThrow();
  });

  it('does not start with a wrong environment, and names the variable', async () => {
    await expect(start({ PORT: 'http' })).rejects.toThrow('PORT');
  });
});
