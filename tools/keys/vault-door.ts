import { AppConfig, HouseCertificate, RemoteError, VaultClient } from '@tsunagu/platform';
import { Secret } from '@tsunagu/kernel';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';

/** Something the person at the keyboard can mend. */
export class KeysError extends Error {}

/** What the vault's codes mean to a custodian. */
const MEANING: Readonly<Record<string, string>> = {
  permission_denied:
    'the vault does not accept this custodian or code: wrong, used, too old, or locked for a quarter of an hour',
  second_person_required:
    'this step belongs to another custodian: nobody acts twice, and nobody approves a key that he made',
  state_conflict: 'not possible in the present state: the order or ceremony is done, too old, or the key has moved on',
  parameter_invalid: 'the vault does not understand the request: check purpose, usage, type, tenant and zone',
  resource_missing: 'there is no such key',
  card_data_invalid: 'the key block is refused: wrong wrapping key, usage, type or check value, or a damaged block',
  hsm_key_usage_denied: 'the HSM refuses: the key may not leave, the wrapping key is weaker, or its state forbids it',
  hsm_unsupported: 'this HSM provider cannot do that',
  card_service_unavailable: 'the vault does not answer: is the house running?',
};

/** The running vault, asked as the operator. */
export class VaultDoor {
  private constructor(private readonly client: VaultClient) {}

  /**
   * From `VAULT_URL` and the operator's certificate (`TLS_CERT_FILE`, `TLS_KEY_FILE`, `TLS_CA_FILE`), or `INTERNAL_SECRET`, or from the sandbox in `dataDir`.
   * @throws KeysError no vault is known; CertificateError, ConfigError the certificate cannot be used
   */
  static open(dataDir: string): VaultDoor {
    const { VAULT_URL: url, INTERNAL_SECRET: secret, TLS_CERT_FILE: ownCertificate } = process.env;
    if (url !== undefined && ownCertificate !== undefined) {
      const files = AppConfig.fromEnv('operator').certificateFiles;
      const certificate = new HouseCertificate(files, 'operator', new Date());
      return new VaultDoor(new VaultClient({ url, caller: 'operator', certificate }));
    }
    if (url !== undefined && secret !== undefined) {
      return new VaultDoor(new VaultClient({ url, caller: 'operator', secret: new Secret(secret) }));
    }
    const file = join(resolve(dataDir), 'hsm', 'operator-door.json');
    if (!existsSync(file)) {
      throw new KeysError(
        'there is no running sandbox here: run "npm start" first, or set VAULT_URL and the operator’s TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE',
      );
    }
    const door = JSON.parse(readFileSync(file, 'utf8')) as { vault_url: string; internal_secret: string };
    const place = { url: door.vault_url, caller: 'operator', secret: new Secret(door.internal_secret) } as const;
    return new VaultDoor(new VaultClient(place));
  }

  /** @throws KeysError in words */
  async ask<Answer>(route: Parameters<VaultClient['operate']>[0], body: object = {}): Promise<Answer> {
    try {
      return await this.client.operate<Answer>(route, { ...body, requestId: `keys-${randomUUID()}` });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      throw new KeysError(MEANING[error.code] ?? `the vault refuses: ${error.code}`);
    }
  }

  close(): Promise<void> {
    return this.client.onApplicationShutdown();
  }
}
