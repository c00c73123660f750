import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger, HealthChecks } from '@tsunagu/platform';
import { afterAll, describe, expect, it } from 'vitest';
import { openSwitchHsm } from './hsm.factory.js';

const folder = mkdtempSync(join(tmpdir(), 'switch-hsm-factory-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(mode: 'sandbox' | 'production', pin: LinkConfig['pin']): Promise<string> {
  const environment = { TSUNAGU_MODE: mode, HSM_DIR: join(folder, mode), HSM_SOFTWARE_WAIVER: 'spec' };
  const config = AppConfig.fromEnv('switch', { ...environment, LOG_LEVEL: 'silent' });
  const links = [{ name: 'cup', pin }] as unknown as readonly LinkConfig[];
  const hsm = await openSwitchHsm(config, new AppLogger(config, () => {}), new HealthChecks(), links);
  const { type } = await hsm.keyInfo({ provider: hsm.name, id: pin?.key ?? '' });
  hsm.close();
  return type;
}

describe('the HSM session of the switch', () => {
  it.each([
    [4, 'AES128'],
    [0, 'TDES2'],
    [3, 'TDES2'],
  ] as const)('has a key for PINs of format %i: %s', async (format, type) => {
    expect(await opened('sandbox', { format, key: `k${format}` })).toBe(type);
    expect(await opened('sandbox', { format, key: `p${format}`, isPublished: true })).toBe(type);
    expect(await opened('production', { format, key: `k${format}` })).toBe(type);
  });

  it('does not open in production for a link with a published key [CC-16]', async () => {
    const pin = { format: 4, key: 'k', isPublished: true } as const;
    await expect(opened('production', pin)).rejects.toThrow('LINKS_FILE');
  });
});
