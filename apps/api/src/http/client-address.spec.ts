import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AppConfig } from '@tsunagu/platform';
import { ClientAddresses } from './client-address.js';

const behind = (proxies: string) => ClientAddresses.fromConfig(AppConfig.fromEnv('api', { TRUSTED_PROXIES: proxies }));
const request = (remoteAddress: string, forwarded?: string) => ({
  raw: { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage,
});

describe('where a request came from', () => {
  it('is the socket, whatever the headers say [F4]', () => {
    expect(behind('').of(request('203.0.113.9', '10.0.0.1'))).toBe('203.0.113.9');
    expect(behind('10.0.0.0/8').of(request('203.0.113.9', '10.0.0.1'))).toBe('203.0.113.9');
    expect(behind('').of(request('::ffff:203.0.113.9'))).toBe('203.0.113.9');
  });

  it('is what the outermost known proxy saw [F4]', () => {
    const addresses = behind('10.0.0.0/8, 192.168.1.1');
    expect(addresses.of(request('10.0.0.5', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addresses.of(request('10.0.0.5', '198.51.100.1, 203.0.113.9, 192.168.1.1'))).toBe('203.0.113.9');
    expect(addresses.of(request('::ffff:10.0.0.5', '6.6.6.6, 203.0.113.9'))).toBe('203.0.113.9');
    expect(addresses.of(request('10.0.0.5'))).toBe('');
  });

  it('refuses to start with a proxy that is no network', () => {
    for (const text of ['everybody', '10.0.0.0/40', '10.0.0.1;']) expect(() => behind(text)).toThrow('TRUSTED_PROXIES');
  });
});
