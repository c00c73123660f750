import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Handle, PKCS11 } from 'pkcs11js';
import { KEY_BYTES } from '../../cipher/block-cipher.js';
import { keyCheckValue } from '../../mac/kcv.js';
import type { KeyScope, KeyType, KeyUsage } from '../../provider/hsm-provider.js';
import { loadDerivationString } from '../derivation-string.js';
import { CryptokiLibrary, type Constants } from '../cryptoki-library.js';
import { Pkcs11Hsm, type Pkcs11Options } from '../pkcs11-hsm.js';
import { encodeKeyFacts, secretKey, useFlags, usesOf } from '../token-key.js';
import { TokenError } from '../token-error.js';

/** Where Debian and others put SoftHSM2. */
const LIBRARIES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** What stands between this machine and a SoftHSM2 token; undefined = nothing. Tests and tools print it, and never skip in silence. */
export async function softTokenLack(): Promise<string | undefined> {
  if (softLibrary() === undefined) return 'softhsm2 is not installed (Debian: apt-get install softhsm2)';
  const build = 'node tools/prepare-pkcs11.mjs; it needs g++, make and python3';
  try {
    await import('pkcs11js');
  } catch {
    return `the native part of pkcs11js is not built (${build})`;
  }
  return loadDerivationString() === undefined ? `native/derivation-string.c is not built (${build})` : undefined;
}

/**
 * A SoftHSM2 token in a folder of its own, for tests, benches and the conformance command. One at a time in a process:
 * SoftHSM2 reads its folder from SOFTHSM2_CONF.
 */
export class SoftToken {
  readonly #before = process.env['SOFTHSM2_CONF'];

  private constructor(
    readonly folder: string,
    readonly library: string,
    readonly label: string,
  ) {}

  /** @throws TokenError `library_missing`, `addon_missing` */
  static async make(label = 'tsunagu-test'): Promise<SoftToken> {
    const library = softLibrary();
    if (library === undefined) throw new TokenError('library_missing');
    const token = new SoftToken(await mkdtemp(join(tmpdir(), 'soft-token-')), library, label);
    await mkdir(join(token.folder, 'tokens'));
    await writeFile(join(token.folder, 'softhsm2.conf'), confOf(token.folder));
    await token.writePin('4649-0001');
    process.env['SOFTHSM2_CONF'] = join(token.folder, 'softhsm2.conf');
    await withLibrary(library, (cryptoki, constants) => initToken(cryptoki, constants, label, '4649-0001'));
    return token;
  }

  /** Settings that reach this token. */
  get settings(): Pick<Pkcs11Options, 'library' | 'label' | 'pinFile' | 'sessions'> {
    return { library: this.library, label: this.label, pinFile: join(this.folder, 'pin'), sessions: 4 };
  }

  open(more: Partial<Pkcs11Options> = {}): Promise<Pkcs11Hsm> {
    return Pkcs11Hsm.open({ ...this.settings, partition: 'vault', mode: 'sandbox', ...more });
  }

  async writePin(pin: string): Promise<void> {
    await writeFile(join(this.folder, 'pin'), `${pin}\n`, { mode: 0o600 });
  }

  /** Take the token away, as when its disk or its network is lost. */
  async hide(): Promise<void> {
    await rename(join(this.folder, 'tokens'), join(this.folder, 'away'));
  }

  async show(): Promise<void> {
    await rename(join(this.folder, 'away'), join(this.folder, 'tokens'));
  }

  /** Put a published test key into the token; a provider must be open, whose login counts for the process. */
  async plant(key: { id: string; usage: KeyUsage; type: KeyType; scope: KeyScope }, bytes: Buffer): Promise<void> {
    const facts = { ...key, state: 'active', kcv: keyCheckValue(key.type, bytes), expiresAt: null } as const;
    await withLibrary(this.library, (cryptoki, constants) => {
      const session = cryptoki.C_OpenSession(slotOf(cryptoki, this.label), rwFlags(constants));
      const template = secretKey(constants, key.type).filter(({ type }) => type !== constants.CKA_VALUE_LEN);
      cryptoki.C_CreateObject(session, [
        ...template,
        { type: constants.CKA_TOKEN, value: true },
        { type: constants.CKA_PRIVATE, value: true },
        { type: constants.CKA_LABEL, value: key.id },
        { type: constants.CKA_ID, value: encodeKeyFacts(facts) },
        { type: constants.CKA_VALUE, value: bytes.subarray(0, KEY_BYTES[key.type]) },
        ...useFlags(constants, usesOf(key.usage, 'active')),
      ]);
      cryptoki.C_CloseSession(session);
    });
  }

  /** Log the whole process out, as a module does when its link was cut. */
  async logOut(): Promise<void> {
    await withLibrary(this.library, (cryptoki, constants) => {
      const session = cryptoki.C_OpenSession(slotOf(cryptoki, this.label), rwFlags(constants));
      cryptoki.C_Logout(session);
      cryptoki.C_CloseSession(session);
    });
  }

  /** Objects of the token by label; what derived keys would add to. */
  async objects(): Promise<number> {
    return withLibrary(this.library, (cryptoki, constants) => {
      const session = cryptoki.C_OpenSession(slotOf(cryptoki, this.label), rwFlags(constants));
      cryptoki.C_FindObjectsInit(session, []);
      const count = cryptoki.C_FindObjects(session, 10_000).length;
      cryptoki.C_FindObjectsFinal(session);
      cryptoki.C_CloseSession(session);
      return count;
    });
  }

  /** Raw access for the bench: a session of its own and the handle of a key; a provider must be open, and outlive it. */
  async raw(id: string): Promise<{ cryptoki: PKCS11; constants: Constants; session: Handle; bdk: Handle }> {
    return withLibrary(this.library, (cryptoki, constants) => {
      const session = cryptoki.C_OpenSession(slotOf(cryptoki, this.label), rwFlags(constants));
      cryptoki.C_FindObjectsInit(session, [{ type: constants.CKA_LABEL, value: id }]);
      const [bdk] = cryptoki.C_FindObjects(session, 1);
      cryptoki.C_FindObjectsFinal(session);
      if (bdk === undefined) throw new TokenError('gone');
      return { cryptoki, constants, session, bdk };
    });
  }

  /** Every provider of this token is closed before. */
  async remove(): Promise<void> {
    if (this.#before === undefined) delete process.env['SOFTHSM2_CONF'];
    else process.env['SOFTHSM2_CONF'] = this.#before;
    await rm(this.folder, { recursive: true });
  }
}

function softLibrary(): string | undefined {
  return [process.env['SOFTHSM2_LIBRARY'] ?? '', ...LIBRARIES].find((path) => path !== '' && existsSync(path));
}

function confOf(folder: string): string {
  return `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`;
}

async function withLibrary<T>(path: string, work: (cryptoki: PKCS11, constants: Constants) => T): Promise<T> {
  const library = await CryptokiLibrary.open(path);
  try {
    return await library.run(async (cryptoki) => work(cryptoki, library.constants));
  } finally {
    library.close();
  }
}

function initToken(cryptoki: PKCS11, constants: Constants, label: string, pin: string): void {
  cryptoki.C_InitToken(cryptoki.C_GetSlotList(true).at(-1)!, '4649-0000', label);
  const session = cryptoki.C_OpenSession(slotOf(cryptoki, label), rwFlags(constants));
  cryptoki.C_Login(session, constants.CKU_SO, '4649-0000');
  cryptoki.C_InitPIN(session, pin);
  cryptoki.C_Logout(session);
  cryptoki.C_CloseSession(session);
}

function slotOf(cryptoki: PKCS11, label: string): Buffer {
  const isIt = (slot: Buffer): boolean => cryptoki.C_GetTokenInfo(slot).label.replace(/[\0 ]+$/, '') === label;
  return cryptoki.C_GetSlotList(true).find(isIt)!;
}

function rwFlags(constants: Constants): number {
  return constants.CKF_RW_SESSION | constants.CKF_SERIAL_SESSION;
}
