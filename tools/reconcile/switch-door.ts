import type { SWITCH_ROUTES } from '@tsunagu/contracts';
import { Secret } from '@tsunagu/kernel';
import { AppConfig, HouseCertificate, RemoteError, SwitchClient } from '@tsunagu/platform';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Something the person at the keyboard can mend. */
export class ReconcileError extends Error {}

const MEANING: Readonly<Record<string, string>> = {
  resource_missing: 'there is no such link, case or entry here: look with "list"',
  parameter_invalid:
    'the switch does not understand the request: check names, dates (YYYY-MM-DD) and reasons (ten characters or more)',
  state_conflict:
    'not possible now: the link is down or led by another process, the case is closed, the second person is the first one, or a correction is in no journal',
  endpoint_invalid: 'the links file has no host of that name for this link: look with "npm run links -- show NAME"',
  card_service_unavailable: 'the switch does not answer: is the house running?',
};

/** The running switch, asked as the operator. */
export class SwitchDoor {
  private constructor(private readonly client: SwitchClient) {}

  /**
   * From `SWITCH_URL` and the operator's certificate (`TLS_CERT_FILE`, `TLS_KEY_FILE`, `TLS_CA_FILE`), or `INTERNAL_SECRET`, or from the
   * sandbox in `dataDir`.
   * @throws ReconcileError no switch is known; CertificateError, ConfigError the certificate cannot be used
   */
  static open(dataDir: string): SwitchDoor {
    const { SWITCH_URL: url, INTERNAL_SECRET: secret, TLS_CERT_FILE: ownCertificate } = process.env;
    if (url !== undefined && ownCertificate !== undefined) {
      const certificate = new HouseCertificate(AppConfig.fromEnv('operator').certificateFiles, 'operator', new Date());
      return new SwitchDoor(new SwitchClient({ url, caller: 'operator', certificate }));
    }
    const place = url !== undefined && secret !== undefined ? { url, secret } : sandboxPlace(dataDir);
    return new SwitchDoor(new SwitchClient({ url: place.url, caller: 'operator', secret: new Secret(place.secret) }));
  }

  /** @throws ReconcileError in words */
  async ask<Answer>(route: keyof typeof SWITCH_ROUTES, body: object = {}): Promise<Answer> {
    try {
      return await this.client.operate<Answer>(route, { ...body, requestId: `reconcile-${randomUUID()}` });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      throw new ReconcileError(MEANING[error.code] ?? `the switch refuses: ${error.code}`);
    }
  }

  close(): Promise<void> {
    return this.client.onApplicationShutdown();
  }
}

function sandboxPlace(dataDir: string): { url: string; secret: string } {
  const [sandbox, door] = [join(resolve(dataDir), 'sandbox.json'), join(resolve(dataDir), 'hsm', 'operator-door.json')];
  if (!existsSync(sandbox) || !existsSync(door)) {
    throw new ReconcileError(
      'there is no running sandbox here: run "npm start" first, or set SWITCH_URL and the operator’s TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE',
    );
  }
  const { admin } = JSON.parse(readFileSync(sandbox, 'utf8')) as { admin: { switch: { live: string } } };
  const { internal_secret: secret } = JSON.parse(readFileSync(door, 'utf8')) as { internal_secret: string };
  return { url: new URL(admin.switch.live).origin, secret };
}
