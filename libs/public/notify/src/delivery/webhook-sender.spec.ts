import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { UrlGuard } from '../endpoints/url-guard.js';
import { WebhookSender } from './webhook-sender.js';

const HEADERS = { 'webhook-id': 'evt_x', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };

describe('sending a webhook', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  const senderWith = (guard: UrlGuard, totalTimeoutMs?: number) => {
    const sender = new WebhookSender(guard, totalTimeoutMs);
    open.push(sender);
    return sender;
  };
  const listen = async (server: Server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => void server.close(() => undefined).closeAllConnections() });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const loopback = () => new UrlGuard(true);

  it('never connects when a name turns inward between check and connect', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const asked: string[] = [];
    const rebinding = new UrlGuard(false, (host) => {
      asked.push(host);
      return Promise.resolve(answers.shift() ?? ['127.0.0.1']);
    });
    const result = await senderWith(rebinding).send('https://hook.example/', HEADERS, '{}');
    expect(result).toEqual({ status: null, error: 'blocked_address', retryAfter: undefined, reply: null });
    expect(asked).toEqual(['hook.example', 'hook.example']); // once to check the URL, once as part of the connect itself
  });

  it('gives up on a receiver that never answers [G14]', async () => {
    const url = await listen(createServer(() => undefined));
    expect(await senderWith(loopback(), 100).send(url, HEADERS, '{}')).toMatchObject({
      status: null,
      error: 'timeout',
    });
  });

  it('cuts a flood, and still knows the status [G14]', async () => {
    const url = await listen(
      createServer((_request, response) => {
        response.writeHead(200);
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', pour);
        pour();
      }),
    );
    expect(await senderWith(loopback(), 5_000).send(url, HEADERS, '{}')).toMatchObject({ status: 200, error: null });
  });

  it('says in a word of ours that nobody listens', async () => {
    expect(await senderWith(loopback()).send('http://127.0.0.1:1/', HEADERS, '{}')).toMatchObject({
      status: null,
      error: 'connection_failed',
    });
  });
});
