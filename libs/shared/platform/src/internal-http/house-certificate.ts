import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { Caller } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import { callerOfCertificate } from './caller-identity.js';
import { certificateLine, certificatesOf, type CertificateLine } from './certificate-line.js';

/** Where the certificate of a process stands; PEM, one file each, as a secret of Kubernetes or cert-manager mounts them. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority of the house: whoever it did not sign is nobody. */
  readonly caFile: string;
  /** Revoked certificates; null when the authority issues for hours only and needs none. */
  readonly crlFile: string | null;
  readonly trustDomain: string;
}

/** The certificate files cannot be used. Names the setting and the rule, never a path or a key. */
export class CertificateError extends AppError {
  readonly code = 'certificate_invalid';
  readonly category = 'internal';

  constructor(setting: string, rule: string) {
    super(`${setting} ${rule}`, { setting });
  }
}

interface Material {
  readonly texts: readonly string[];
  readonly context: SecureContextOptions;
  readonly expiresAt: Date;
  readonly lines: readonly CertificateLine[];
}

/** Certificate, key and authority of one process, in memory; the files may change while it runs. */
export class HouseCertificate {
  readonly #listeners = new Set<() => void>();
  readonly #callers = new Map<Caller, CertificateLine>();
  #material: Material;

  /** @throws CertificateError a file is missing, or they do not belong together, or to this process */
  constructor(
    private readonly files: CertificateFiles,
    private readonly owner: Caller,
    now: Date,
  ) {
    this.#material = readMaterial(files, owner, now);
  }

  get trustDomain(): string {
    return this.files.trustDomain;
  }

  /** For both ends of a connection: TLS 1.2 or later, no session of an earlier certificate. */
  get context(): SecureContextOptions {
    return this.#material.context;
  }

  get expiresAt(): Date {
    return this.#material.expiresAt;
  }

  /** Our own certificate, the authorities we believe, and the last certificate of each caller since this process started. */
  get inventory(): CertificateLine[] {
    return [...this.#material.lines, ...this.#callers.values()];
  }

  /** A caller has shown this one, and was let in. */
  saw(caller: Caller, certificate: X509Certificate): void {
    this.#callers.set(caller, certificateLine('caller', certificate));
  }

  /** Told after every change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Read the files again.
   * @returns whether something changed
   * @throws CertificateError they cannot be used; the old ones stay in use
   */
  refresh(now: Date): boolean {
    const next = readMaterial(this.files, this.owner, now);
    if (next.texts.every((text, index) => text === this.#material.texts[index])) return false;
    this.#material = next;
    for (const listener of this.#listeners) listener();
    return true;
  }
}

function readMaterial(files: CertificateFiles, owner: Caller, now: Date): Material {
  const [cert, key, ca] = [
    readText('TLS_CERT_FILE', files.certFile),
    readText('TLS_KEY_FILE', files.keyFile),
    readText('TLS_CA_FILE', files.caFile),
  ] as const;
  const crl = files.crlFile === null ? undefined : readText('TLS_CRL_FILE', files.crlFile);
  const leaf = parse('TLS_CERT_FILE', () => new X509Certificate(cert));
  const authorities = parse('TLS_CA_FILE', () => [new X509Certificate(ca), ...certificatesOf(ca).slice(1)]);
  const privateKey = parse('TLS_KEY_FILE', () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) throw new CertificateError('TLS_KEY_FILE', 'is not the key of TLS_CERT_FILE');
  if (callerOfCertificate(leaf.subjectAltName, files.trustDomain) !== owner) {
    throw new CertificateError('TLS_CERT_FILE', `must name this process: one URI, ending in /${owner}`);
  }
  const expiresAt = new Date(leaf.validTo);
  if (!(expiresAt > now)) throw new CertificateError('TLS_CERT_FILE', 'has expired');
  const context = { cert, key, ca, ...(crl === undefined ? {} : { crl }), minVersion: 'TLSv1.2' } as const;
  const lines = [certificateLine('own', leaf), ...authorities.map((one) => certificateLine('authority', one))];
  return { texts: [cert, key, ca, crl ?? ''], context, expiresAt, lines };
}

function readText(setting: string, path: string): string {
  return parse(setting, () => readFileSync(path, 'utf8'), 'cannot be read');
}

/** Errors of the file system and of OpenSSL name paths: they stay here. */
function parse<T>(setting: string, read: () => T, rule = 'is not PEM that can be used'): T {
  try {
    return read();
  } catch {
    throw new CertificateError(setting, rule);
  }
}
