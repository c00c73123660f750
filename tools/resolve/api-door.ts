import { Secret } from '@tsunagu/kernel';
import { AppConfig, HouseCertificate, InternalClient, RemoteError } from '@tsunagu/platform';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Something the person at the keyboard can mend. */
export class ResolveError extends Error {}

const MEANING: Readonly<Record<string, string>> = {
  resource_missing: 'no such attempt is in doubt, or nothing was ordered about it: look with "list"',
  parameter_invalid:
    'give ATTEMPT, VERDICT, --as NAME and a --reason of ten characters or more: npm run resolve -- --help',
  self_approval: 'who ordered it cannot approve it: another person has to',
  state_conflict: 'two people have agreed on it already, or a void cannot end like that',
  card_service_unavailable: 'the api does not answer: is the house running?',
};

const TIMEOUT_MS = 30_000;

/** The running api, asked as the operator. */
export class ApiDoor {
  private constructor(private readonly client: InternalClient) {}

  /**
   * From `API_INTERNAL_URL` and the operator's certificate (`TLS_CERT_FILE`, `TLS_KEY_FILE`, `TLS_CA_FILE`), or from the sandbox in `dataDir`.
   * @throws ResolveError no api is known; CertificateError, ConfigError the certificate cannot be used
   */
  static open(dataDir: string): ApiDoor {
    const { API_INTERNAL_URL: url, TLS_CERT_FILE: ownCertificate } = process.env;
    const rest = { caller: 'operator', server: 'api', timeoutMs: TIMEOUT_MS, connections: 1 } as const;
    if (url !== undefined && ownCertificate !== undefined) {
      const certificate = new HouseCertificate(AppConfig.fromEnv('operator').certificateFiles, 'operator', new Date());
      return new ApiDoor(new InternalClient({ ...rest, url, certificate }));
    }
    const place = sandboxPlace(dataDir);
    return new ApiDoor(new InternalClient({ ...rest, url: place.url, secret: new Secret(place.secret) }));
  }

  /** @throws ResolveError in words */
  async ask<Answer>(path: string, body: object = {}): Promise<Answer> {
    try {
      return await this.client.post<Answer>(path, `resolve-${randomUUID()}`, body);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      throw new ResolveError(MEANING[error.code] ?? `the api refuses: ${error.code}`);
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function sandboxPlace(dataDir: string): { url: string; secret: string } {
  const [sandbox, door] = [join(resolve(dataDir), 'sandbox.json'), join(resolve(dataDir), 'hsm', 'operator-door.json')];
  if (!existsSync(sandbox) || !existsSync(door)) {
    throw new ResolveError(
      'there is no running sandbox here: run "npm start" first, or set API_INTERNAL_URL and the operator’s TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE',
    );
  }
  const { admin } = JSON.parse(readFileSync(sandbox, 'utf8')) as { admin: { operator: { api: string } } };
  const { internal_secret: secret } = JSON.parse(readFileSync(door, 'utf8')) as { internal_secret: string };
  return { url: admin.operator.api, secret };
}
