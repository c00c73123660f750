import { AppError, Secret } from '@tsunagu/kernel';
import type { CertificateFiles } from '../internal-http/house-certificate.js';

/** A process cannot start because of its environment. Names the variable, never its value. */
export class ConfigError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(variable: string, rule: string) {
    super(`environment variable ${variable} ${rule}`, { variable });
  }
}

export type AppName = 'api' | 'worker' | 'vault' | 'switch' | 'simulator' | 'operator';
type Environment = Readonly<Record<string, string | undefined>>;

/** What a process knows of its surroundings: read once at start-up, checked, never changed. */
export class AppConfig {
  readonly app: AppName;
  readonly mode: 'sandbox' | 'production';
  /** Listening port; 0 lets the system choose. */
  readonly port: number;
  /** Address to listen on: this machine only, unless a container of its own says otherwise. */
  readonly listenHost: string;
  /** Port of health and metrics, when they have one of their own (api only). */
  readonly adminPort: number | null;
  readonly redisUrl: string | null;
  readonly vaultUrl: string | null;
  /** Every replica of the switch; each answers for all of them. */
  readonly switchUrls: readonly string[];
  readonly hsmDir: string | null;
  readonly linksFile: string | null;
  readonly logLevel: string;
  /** Name of this process in wake-up channels and leases; unique among living processes. */
  readonly nodeName: string;
  readonly #database: Secret<string> | null;
  readonly #internalSecret: Secret<string> | null;
  readonly #internalSecretOther: Secret<string> | null;
  readonly #env: Environment;

  private constructor(app: AppName, env: Environment) {
    this.app = app;
    this.#env = env;
    this.mode = oneOf(env, 'TSUNAGU_MODE', ['sandbox', 'production'], 'sandbox');
    this.port = port(env, 'PORT') ?? 0;
    this.listenHost = oneOf(env, 'LISTEN_HOST', ['127.0.0.1', '0.0.0.0', '::'], '127.0.0.1');
    this.adminPort = port(env, 'ADMIN_PORT');
    this.redisUrl = url(env, 'REDIS_URL', ['redis:', 'rediss:']);
    this.vaultUrl = url(env, 'VAULT_URL', ['http:', 'https:']);
    this.switchUrls = urls(env, 'SWITCH_URL', ['http:', 'https:']);
    this.hsmDir = text(env, 'HSM_DIR');
    this.linksFile = text(env, 'LINKS_FILE');
    this.logLevel = oneOf(env, 'LOG_LEVEL', ['silent', 'error', 'warn', 'info', 'debug'], 'info');
    this.nodeName = matching(env, 'NODE_NAME', /^[a-z0-9][a-z0-9_-]{0,39}$/) ?? `${app}-${process.pid}`;
    this.#database = secret(text(env, 'DATABASE_URL'));
    this.#internalSecret = secret(matching(env, 'INTERNAL_SECRET', /^[0-9a-fA-F]{32,128}$/));
    this.#internalSecretOther = secret(matching(env, 'INTERNAL_SECRET_OTHER', /^[0-9a-fA-F]{32,128}$/));
  }

  /** @throws ConfigError a variable is missing or malformed */
  static fromEnv(app: AppName, env: Environment = process.env): AppConfig {
    return new AppConfig(app, env);
  }

  /** @throws ConfigError DATABASE_URL is not set */
  get databaseUrl(): Secret<string> {
    return present(this.#database, 'DATABASE_URL');
  }

  /** @throws ConfigError INTERNAL_SECRET is not set */
  get internalSecret(): Secret<string> {
    return present(this.#internalSecret, 'INTERNAL_SECRET');
  }

  /** While INTERNAL_SECRET changes: the next or the last one, accepted and never shown; null otherwise. */
  get internalSecretOther(): Secret<string> | null {
    return this.#internalSecretOther ?? null;
  }

  get isProduction(): boolean {
    return this.mode === 'production';
  }

  /** Name of this house in the certificates of its processes. */
  get trustDomain(): string {
    return matching(this.#env, 'TLS_TRUST_DOMAIN', /^[a-z0-9][a-z0-9.-]{0,62}$/) ?? 'tsunagu';
  }

  /** Certificate of this process for calls inside the house; production mode only. @throws ConfigError a file is not named */
  get certificateFiles(): CertificateFiles {
    return {
      certFile: this.required('TLS_CERT_FILE'),
      keyFile: this.required('TLS_KEY_FILE'),
      caFile: this.required('TLS_CA_FILE'),
      crlFile: this.optional('TLS_CRL_FILE'),
      trustDomain: this.trustDomain,
    };
  }

  /** A key of exactly `lengthBytes` given as hex. @throws ConfigError missing or not of that length */
  hexKey(variable: string, lengthBytes: number): Secret<Buffer> {
    const hex = present(text(this.#env, variable), variable);
    if (hex.length !== lengthBytes * 2 || !/^[0-9a-fA-F]+$/.test(hex)) {
      throw new ConfigError(variable, `must be ${lengthBytes} bytes of hex`);
    }
    return new Secret(Buffer.from(hex, 'hex'));
  }

  /** A whole number with a default. @throws ConfigError not a whole number within the range */
  whole(variable: string, fallback: number, range: { min: number; max: number }): number {
    const value = text(this.#env, variable);
    if (value === null) return fallback;
    const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(number >= range.min && number <= range.max)) {
      throw new ConfigError(variable, `must be a whole number from ${range.min} to ${range.max}`);
    }
    return number;
  }

  /** Optional plain text setting. */
  optional(variable: string): string | null {
    return text(this.#env, variable);
  }

  /** @throws ConfigError the variable is not set */
  required(variable: string): string {
    return present(text(this.#env, variable), variable);
  }
}

function text(env: Environment, variable: string): string | null {
  const value = env[variable];
  return value === undefined || value === '' ? null : value;
}

function present<T>(value: T | null, variable: string): T {
  if (value === null) throw new ConfigError(variable, 'must be set');
  return value;
}

function secret(value: string | null): Secret<string> | null {
  return value === null ? null : new Secret(value);
}

function matching(env: Environment, variable: string, pattern: RegExp): string | null {
  const value = text(env, variable);
  if (value !== null && !pattern.test(value)) throw new ConfigError(variable, 'has a wrong form');
  return value;
}

function oneOf<T extends string>(env: Environment, variable: string, allowed: readonly T[], fallback: T): T {
  const value = text(env, variable) ?? fallback;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new ConfigError(variable, `must be one of ${allowed.join(', ')}`);
  return found;
}

function port(env: Environment, variable: string): number | null {
  const value = text(env, variable);
  if (value === null) return null;
  if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65535) throw new ConfigError(variable, 'must be a port number');
  return Number(value);
}

/** One URL, or several with commas between them. */
function urls(env: Environment, variable: string, protocols: readonly string[]): readonly string[] {
  const listed = text(env, variable)?.split(',') ?? [];
  return listed.map((one) => url({ [variable]: one.trim() }, variable, protocols) ?? '');
}

function url(env: Environment, variable: string, protocols: readonly string[]): string | null {
  const value = text(env, variable);
  if (value === null) return null;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new ConfigError(variable, `must be a URL of ${protocols.join(' or ')}`);
  }
  return value;
}
