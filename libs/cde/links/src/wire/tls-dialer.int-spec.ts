import { copyFileSync, readFileSync } from 'node:fs';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { compileSpec, defineSpec, frame, FrameDecoder } from '@tsunagu/iso8583';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { replaceFiles, TestAuthority, type IssuedFiles } from '../../../../../test/kit/test-authority.js';
import type { LinkTls } from '../config/link-transport.js';
import type { Line } from '../line/line.js';
import { aRequest, Heard, lineOf, SteppedClock, until } from '../testing/line-kit.js';
import { answerTo } from '../testing/scripted-peer.js';
import { TlsDialer } from './tls-dialer.js';

const CODEC = compileSpec(defineSpec('hybrid'));

describe('a link over TLS', () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let host: IssuedFiles;
  let own: IssuedFiles;
  let server: Server;
  let seen: { serial: string; version: string | null }[];
  let heard: Heard;
  let line: Line | undefined;
  const sockets = new Set<TLSSocket>();

  beforeAll(() => {
    authority = new TestAuthority('link authority');
    stranger = new TestAuthority('somebody else');
    host = authority.issue({ names: 'IP:127.0.0.1,DNS:host.jcb.test', usage: 'serverAuth' });
    own = authority.issue({ names: 'URI:spiffe://tsunagu/link', usage: 'clientAuth' });
  });
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });

  beforeEach(() => {
    heard = new Heard();
    seen = [];
  });
  afterEach(async () => {
    await line?.stop(0);
    line = undefined;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A host that wants a certificate of ours and answers everything. */
  async function serve(files: IssuedFiles = host, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<number> {
    const options = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile), maxVersion };
    server = createServer({
      ...options,
      ca: readFileSync(authority.caFile),
      requestCert: true,
      rejectUnauthorized: true,
    });
    server.on('secureConnection', (socket) => {
      sockets.add(socket);
      seen.push({ serial: socket.getPeerCertificate().serialNumber, version: socket.getProtocol() });
      const decoder = new FrameDecoder('be2');
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        for (const bytes of decoder.push(chunk).frames) {
          const request = CODEC.decode(bytes);
          socket.write(frame('be2', CODEC.encode(answerTo(request, request.mti === '1804' ? '800' : '000'))));
        }
      });
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  function start(port: number, tls: Partial<LinkTls> = {}, clock = new SteppedClock()): Line {
    const files = { caFile: authority.caFile, serverName: null, minVersion: 'TLSv1.3', ...own, ...tls } as const;
    line = lineOf(port, heard, { echoMs: 20 }, { dialer: new TlsDialer(files), clock });
    line.start();
    return line;
  }

  it('shows its certificate over TLS 1.3 and works', async () => {
    const link = start(await serve());
    await until(() => link.state === 'READY');
    expect(await link.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(seen[0]).toMatchObject({ version: 'TLSv1.3' });
  });

  it('takes the name of the host from the links file', async () => {
    const link = start(await serve(), { serverName: 'host.jcb.test' });
    await until(() => link.state === 'READY');
  });

  it.each([
    [
      'an authority that is not the pinned one',
      () => ({ caFile: stranger.caFile }),
      /primary (UNABLE|SELF_SIGNED|DEPTH)/,
    ],
    ['another name', () => ({ serverName: 'host.visa.test' }), /primary ERR_TLS_CERT_ALTNAME_INVALID/],
    ['a file that is not there', () => ({ certFile: `${own.certFile}.gone` }), /primary file_unreadable/],
    ['a file that is no certificate', () => ({ caFile: own.keyFile }), /primary file_malformed/],
    ['a key of another certificate', () => ({ keyFile: host.keyFile }), /primary key_mismatch/],
  ])('says which host it does not reach, and why: %s', async (_what, wrong, words) => {
    const link = start(await serve(), wrong());
    await until(() => heard.unreachable.length > 0);
    expect(heard.unreachable[0]).toMatch(words);
    expect(await link.send(aRequest(), 1_000)).toEqual({ kind: 'not_sent', reason: 'link_down' });
  });

  it('refuses a host whose certificate has run out', async () => {
    const link = start(await serve(authority.issue({ names: 'IP:127.0.0.1', endsInDays: -1 })));
    await until(() => heard.unreachable.length > 0);
    expect(heard.unreachable[0]).toBe('primary CERT_HAS_EXPIRED');
    expect(link.isReady).toBe(false);
  });

  it('refuses an older TLS, unless the links file allows it', async () => {
    const port = await serve(host, 'TLSv1.2');
    start(port);
    await until(() => heard.unreachable.length > 0);
    await line?.stop(0);
    const link = start(port, { minVersion: 'TLSv1.2' });
    await until(() => link.state === 'READY');
    expect(seen.at(-1)?.version).toBe('TLSv1.2');
  });

  it('ends a session in which a certificate runs out, and shows the renewed one at the next, without a restart', async () => {
    const clock = new SteppedClock();
    const place = { certFile: `${own.certFile}.live`, keyFile: `${own.keyFile}.live` };
    copyFileSync(own.certFile, place.certFile);
    copyFileSync(own.keyFile, place.keyFile);
    const link = start(await serve(), place, clock);
    await until(() => link.state === 'READY');
    replaceFiles(place, authority.issue({ names: 'URI:spiffe://tsunagu/link', usage: 'clientAuth', endsInDays: 400 }));
    const next = new Promise((resolve) => server.once('secureConnection', resolve));
    clock.stepMs = 31 * 86_400_000; // past both; the host's own is renewed too
    const renewed = authority.issue({ names: 'IP:127.0.0.1', usage: 'serverAuth', endsInDays: 400 });
    server.setSecureContext({
      cert: readFileSync(renewed.certFile),
      key: readFileSync(renewed.keyFile),
      ca: readFileSync(authority.caFile),
    });
    await next;
    await until(() => link.state === 'READY');
    expect(seen.map(({ serial }) => serial)).toHaveLength(2);
    expect(seen[0]?.serial).not.toBe(seen[1]?.serial);
    expect(await link.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
  });
});
