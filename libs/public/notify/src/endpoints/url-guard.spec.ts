import { AppConfig } from '@tsunagu/platform';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, UrlGuard } from './url-guard.js';

const PUBLIC = ['8.8.8.8', '2606:4700:4700::1111'];
const resolves = (...addresses: string[]) => new UrlGuard(false, () => Promise.resolve(addresses));

describe('where webhooks may go', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::808:808',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'not an address',
    '',
  ])('refuses the address %s', async (address) => {
    // prettier-ignore
    expect(isPublicAddress(address)).toBe(false);
    await expect(resolves(...PUBLIC, address).check('https://hook.example/')).rejects.toMatchObject({
      code: 'url_not_allowed',
    });
  });

  it('allows a name with only public addresses, on 443 and 8443', async () => {
    for (const url of ['https://hook.example/x?y=1', 'https://hook.example:443/', 'https://hook.example:8443/']) {
      expect((await resolves(...PUBLIC).check(url)).hostname).toBe('hook.example');
    }
  });

  it.each([
    'http://hook.example/',
    'https://hook.example:8080/',
    'https://user@hook.example/',
    'https://user:pw@hook.example/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://127.1/',
    'ftp://hook.example/',
    'file:///etc/passwd',
    'gopher://hook.example/',
    'hook.example',
    '',
    `https://hook.example/${'x'.repeat(3_000)}`,
  ])('refuses the URL %s', async (url) => {
    // prettier-ignore
    await expect(resolves(...PUBLIC).check(url)).rejects.toMatchObject({ code: 'url_not_allowed' });
  });

  it('refuses a name that has no address', async () => {
    await expect(resolves().check('https://hook.example/')).rejects.toMatchObject({ code: 'url_not_allowed' });
    const broken = new UrlGuard(false, () => Promise.reject(new Error('SERVFAIL')));
    await expect(broken.check('https://hook.example/')).rejects.toMatchObject({ code: 'url_not_allowed' });
  });

  it('opens loopback by the sandbox setting only, and never in production', async () => {
    await expect(resolves('127.0.0.1').check('http://localhost:9/')).rejects.toMatchObject({ code: 'url_not_allowed' });
    const sandbox = new UrlGuard(true, () => Promise.resolve(['127.0.0.1', '::1']));
    await sandbox.check('http://localhost:9999/hook');
    await sandbox.check('http://127.0.0.1:9999/hook');
    await expect(sandbox.check('http://10.0.0.1:9999/hook')).rejects.toMatchObject({ code: 'url_not_allowed' });
    const env = { TSUNAGU_MODE: 'production', WEBHOOK_ALLOW_LOOPBACK: 'true' };
    expect(() => UrlGuard.fromConfig(AppConfig.fromEnv('worker', env))).toThrow('WEBHOOK_ALLOW_LOOPBACK');
  });
});
