import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONFIG = `[ca]
default_ca = house
[house]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
default_crl_days = 1
[any]
commonName = supplied
[req]
distinguished_name = empty
[empty]
`;
const DAY_MS = 86_400_000;

/** What a certificate says. */
export interface CertificateWish {
  /** Names as OpenSSL writes them: `URI:spiffe://tsunagu/api`. */
  readonly names: string;
  readonly usage?: 'clientAuth,serverAuth' | 'serverAuth' | 'clientAuth';
  /** Days from now; negative: it has ended. */
  readonly endsInDays?: number;
}

/** PEM files of one certificate. */
export interface IssuedFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * An authority for one test, made by the `openssl` command (Debian package `openssl`): Node.js reads certificates and issues none.
 * @throws Error says that the command is missing
 */
export class TestAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'authority-'));
  #count = 0;

  constructor(name = 'test authority') {
    writeFileSync(join(this.#folder, 'ca.cnf'), CONFIG);
    writeFileSync(join(this.#folder, 'index.txt'), '');
    writeFileSync(join(this.#folder, 'serial'), '1000\n');
    const uses = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    this.#openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`, ...uses);
  }

  get caFile(): string {
    return join(this.#folder, 'ca.pem');
  }

  issue({ names, usage = 'clientAuth,serverAuth', endsInDays = 30 }: CertificateWish): IssuedFiles {
    this.#count += 1;
    const stem = `leaf-${this.#count}`;
    const wishes = ['-addext', `subjectAltName=${names}`, '-addext', `extendedKeyUsage=${usage}`];
    const [key, request, cert] = [`${stem}.key`, `${stem}.csr`, `${stem}.pem`];
    const subject = ['-subj', `/CN=${stem}`, '-config', 'ca.cnf'];
    this.#openssl('req', ...NEW_KEY, '-keyout', key, '-out', request, ...subject, ...wishes);
    const dates = ['-startdate', stamp(-400), '-enddate', stamp(endsInDays)];
    this.#openssl('ca', ...OF_THIS_HOUSE, '-in', request, '-out', cert, '-notext', ...dates);
    return { certFile: join(this.#folder, cert), keyFile: join(this.#folder, key) };
  }

  /** @returns the file of the revocation list, made anew */
  revoke({ certFile }: IssuedFiles): string {
    this.#openssl('ca', ...OF_THIS_HOUSE, '-revoke', certFile);
    return this.emptyRevocations();
  }

  /** @returns the file of the revocation list as it is now */
  emptyRevocations(): string {
    this.#openssl('ca', ...OF_THIS_HOUSE, '-gencrl', '-out', 'crl.pem');
    return join(this.#folder, 'crl.pem');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    try {
      execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw new Error('tests of TLS need the openssl command: apt-get install openssl', { cause: error });
      }
      throw error;
    }
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const OF_THIS_HOUSE = ['-batch', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'];

function stamp(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

/** What an HTTPS client of Node.js takes: for strangers, whom the house's own client would not let start. */
export function clientOptions(authority: string, files: IssuedFiles | undefined): Record<string, unknown> {
  const own = files === undefined ? {} : { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  return { ca: readFileSync(authority), checkServerIdentity: () => undefined, agent: false, ...own };
}

/** Put other files in the place of those that a process uses. */
export function replaceFiles(place: IssuedFiles, by: IssuedFiles): void {
  copyFileSync(by.keyFile, place.keyFile);
  copyFileSync(by.certFile, place.certFile);
}
