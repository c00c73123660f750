import { X509Certificate } from 'node:crypto';

/** A certificate in the inventory: what an assessor asks of it, and nothing secret. @source card-crypto.md CC-32 */
export interface CertificateLine {
  /** `own`: of this process; `authority`: whom it believes; `caller`: shown by a process that called since this one started. */
  readonly role: 'own' | 'authority' | 'caller';
  /** URI of a process of the house; the subject of an authority. */
  readonly name: string;
  readonly issuer: string;
  readonly serial: string;
  /** Of its public key: `ec prime256v1`, `rsa`, `ed25519`. */
  readonly algorithm: string;
  /** Length of its public key where the algorithm leaves a choice; null: the algorithm says it. */
  readonly bits: number | null;
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** SHA-256 over the whole certificate, hex with colons. */
  readonly fingerprint: string;
}

/** One line of the inventory. */
export function certificateLine(role: CertificateLine['role'], certificate: X509Certificate): CertificateLine {
  const { publicKey, subject, subjectAltName, issuer, serialNumber, validFrom, validTo, fingerprint256 } = certificate;
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  return {
    role,
    name: role === 'authority' ? oneLine(subject) : (subjectAltName ?? '').replace(/^URI:/, ''),
    issuer: oneLine(issuer),
    serial: serialNumber,
    algorithm: [publicKey.asymmetricKeyType, namedCurve].filter((part) => part !== undefined).join(' '),
    bits: modulusLength ?? null,
    validFrom: new Date(validFrom),
    validUntil: new Date(validTo),
    fingerprint: fingerprint256,
  };
}

/** Certificates of a PEM file that may hold several. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
}

/** Node.js writes one part of a name a line. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
