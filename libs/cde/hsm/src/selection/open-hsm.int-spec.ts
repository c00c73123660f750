import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SoftToken, softTokenLack } from '../pkcs11/testing/soft-token.js';
import type { HsmProvider } from '../provider/hsm-provider.js';
import { openHsm, type HsmSurroundings } from './open-hsm.js';

const lack = await softTokenLack();
if (lack !== undefined) console.warn(`!! PKCS#11 SELECTION TESTS ARE SKIPPED: ${lack}`);

let directory: string;
let said: unknown[];
const opened: HsmProvider[] = [];

async function open(env: Record<string, string>, more: Partial<HsmSurroundings> = {}): Promise<HsmProvider> {
  const hsm = await openHsm({
    partition: 'vault',
    mode: 'sandbox',
    variable: (name) => env[name] ?? null,
    warn: (...words) => said.push(words),
    ...more,
  });
  opened.push(hsm);
  return hsm;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-choice-'));
  said = [];
});
afterEach(async () => {
  for (const hsm of opened.splice(0)) hsm.close();
  await rm(directory, { recursive: true });
});

describe('choice of the HSM', () => {
  it('is the software provider unless somebody says otherwise', async () => {
    expect((await open({ HSM_DIR: directory })).name).toBe('software');
    expect((await open({ HSM_DIR: directory, HSM_PROVIDER: 'software' })).name).toBe('software');
  });

  it.each([
    [{}, 'HSM_DIR must be set'],
    [{ HSM_PROVIDER: 'abacus' }, 'HSM_PROVIDER must be one of software, pkcs11, aws-payment-cryptography'],
    [{ HSM_PROVIDER: 'aws-payment-cryptography' }, 'AWS_REGION must be set'],
    [{ HSM_PROVIDER: 'pkcs11' }, 'PKCS11_LIBRARY must be set'],
    [{ HSM_PROVIDER: 'pkcs11', PKCS11_LIBRARY: '/x' }, 'PKCS11_TOKEN_LABEL must be set'],
    [{ HSM_PROVIDER: 'pkcs11', PKCS11_LIBRARY: '/x', PKCS11_TOKEN_LABEL: 'a' }, 'PKCS11_PIN_FILE must be set'],
    [
      {
        HSM_PROVIDER: 'pkcs11',
        PKCS11_LIBRARY: '/x',
        PKCS11_TOKEN_LABEL: 'a',
        PKCS11_PIN_FILE: '/x',
        PKCS11_SESSIONS: '0',
      },
      'PKCS11_SESSIONS must be a whole number from 1 to 64',
    ],
  ])('names the variable that is missing or wrong (%j)', async (env, text) => {
    await expect(open(env)).rejects.toThrow(`environment variable ${text}`);
  });

  it('[CC-22] refuses the software provider in production without a waiver, and a profile that nobody knows', async () => {
    await expect(open({ HSM_DIR: directory }, { mode: 'production' })).rejects.toThrow('HSM_SOFTWARE_WAIVER');
    const pilot = { HSM_DIR: directory, HSM_SOFTWARE_WAIVER: 'pilot' };
    expect((await open(pilot, { mode: 'production' })).name).toBe('software');
    expect(said).toHaveLength(1);
    await expect(open({ HSM_DIR: directory, DEVICE_PROFILES: 'abacus-9' })).rejects.toThrow('DEVICE_PROFILES names');
  });

  describe.skipIf(lack !== undefined)('of a token', () => {
    let token: SoftToken;
    const env = (): Record<string, string> => ({
      HSM_PROVIDER: 'pkcs11',
      PKCS11_LIBRARY: token.library,
      PKCS11_TOKEN_LABEL: token.label,
      PKCS11_PIN_FILE: token.settings.pinFile,
      DEVICE_PROFILES: 'aes128-cbc-cmac-tlv',
    });

    beforeEach(async () => {
      token = await SoftToken.make();
    });
    afterEach(async () => {
      for (const hsm of opened.splice(0)) hsm.close();
      await token.remove();
    });

    it('opens it', async () => {
      expect(await (await open(env())).capabilities()).toMatchObject({
        keysNeverLeave: { aesDukpt: true },
        pinFormats: [],
        paymentGrade: false,
      });
    });

    it('refuses a device profile that the token cannot serve, with the reason; the switch serves no devices', async () => {
      const all = { ...env(), DEVICE_PROFILES: 'aes128-cbc-cmac-tlv, tdes2-cbc-retail-track2' };
      await expect(open(all)).rejects.toThrow(
        'DEVICE_PROFILES holds tdes2-cbc-retail-track2, which the pkcs11 provider cannot serve: it has no TDES-DUKPT under TDES2 base keys',
      );
      expect((await open(all, { partition: 'switch' })).name).toBe('pkcs11');
    });

    it('[CC-22] refuses a token without a payment grade in production, or takes it under a waiver and says so', async () => {
      const production = { mode: 'production' } as const;
      await expect(open(env(), production)).rejects.toThrow('environment variable HSM_WAIVER');
      await open({ ...env(), HSM_WAIVER: 'pilot until the module arrives' }, production);
      expect(said).toContainEqual([expect.stringContaining('waiver'), expect.objectContaining({ provider: 'pkcs11' })]);
      said = [];
      await open({ ...env(), PKCS11_PAYMENT_GRADE: 'certified' }, production);
      expect(said).toEqual([[expect.stringContaining('translates no PINs'), { provider: 'pkcs11' }]]);
    });

    it('names the variable that leads to a token which cannot be used', async () => {
      await expect(open({ ...env(), PKCS11_TOKEN_LABEL: 'nobody' })).rejects.toThrow(
        'environment variable PKCS11_TOKEN_LABEL names no token of the library',
      );
      await token.hide();
      await expect(open(env())).rejects.toThrow('environment variable SOFTHSM2_CONF leads to a token folder');
      await token.show();
    });
  });
});
