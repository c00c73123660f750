import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import type { CipherInput } from '../cipher/block-cipher.js';
import { usableKsn } from '../dukpt/working-key.js';
import { HsmError } from '../provider/hsm-error.js';
import {
  HsmProvider,
  type ArqcCheck,
  type CardValueCheck,
  type Dukpt,
  type HsmCapabilities,
  type KeyInfo,
  type KeyRef,
  type MacAlg,
  type PinSide,
} from '../provider/hsm-provider.js';
import type { HsmPartition } from '../software/key-rights.js';
import { SoftwareHsm } from '../software/software-hsm.js';
import { FairBucket } from './fair-bucket.js';
import { kmsMasterKey } from './kms-master-key.js';
import { PaymentKeys, aliasOf, refusalError } from './payment-keys.js';
import * as shape from './payment-shapes.js';
import { ServiceRefusal, SignedClient, type AwsCredentials } from './signed-client.js';

const NAME = 'aws-payment-cryptography';
const SERVICE = 'payment-cryptography';
/** Message bytes that the service takes for a MAC. */
const MAC_DATA_MAX = 4096;

/** How a process reaches AWS Payment Cryptography. */
export interface AwsPaymentOptions {
  readonly partition: HsmPartition;
  readonly mode: 'sandbox' | 'production';
  readonly region: string;
  /** Folder of the storage keys, sealed under a KMS data key; shared by vault and switch. */
  readonly directory: string;
  /** Id, ARN or alias of the KMS key. */
  readonly kmsKeyId: string;
  /** Calls a second that this process may make: the account's quota divided by its processes. */
  readonly callsPerSecond: number;
  /** Only for tests and private endpoints. */
  readonly endpoints?: { readonly data?: string; readonly control?: string; readonly kms?: string };
  readonly credentials?: AwsCredentials;
}

/**
 * Payment keys and everything under them at AWS Payment Cryptography; storage keys (PAN, index, envelopes) in a local store
 * whose master key is a KMS data key, because the service has neither GCM nor keys of minutes. Partitions of payment keys are
 * the IAM roles of the processes. Nothing is sent twice: a call without an answer is `unavailable`.
 */
export class AwsPaymentHsm extends HsmProvider {
  readonly name = NAME;
  readonly #keys: PaymentKeys;
  readonly #bucket: FairBucket;

  private constructor(
    private readonly data: SignedClient,
    control: SignedClient,
    private readonly storage: SoftwareHsm,
    callsPerSecond: number,
  ) {
    super();
    this.#keys = new PaymentKeys(NAME, control);
    this.#bucket = new FairBucket({ perSecond: callsPerSecond, burst: Math.ceil(callsPerSecond / 10), waitMs: 500 });
  }

  /** @throws HsmError `unavailable` KMS does not open the master key; KeyStoreError */
  static async open(options: AwsPaymentOptions): Promise<AwsPaymentHsm> {
    const { region, endpoints = {}, credentials, partition, mode, directory, kmsKeyId } = options;
    const identity = credentials as ConstructorParameters<typeof KMSClient>[0] extends { credentials?: infer C }
      ? C
      : never;
    const kms = new KMSClient({ region, endpoint: endpoints.kms, credentials: identity, maxAttempts: 1 });
    const storage = await SoftwareHsm.open({
      directory,
      partition,
      mode,
      warn: () => undefined,
      masterKey: kmsMasterKey(kms, kmsKeyId),
    });
    const client = (plane: 'dataplane' | 'controlplane', endpoint: string | undefined): SignedClient =>
      new SignedClient(SERVICE, {
        endpoint: new URL(endpoint ?? `https://${plane}.${SERVICE}.${region}.amazonaws.com`),
        region,
        credentials: credentials ?? kms.config.credentials,
        timeoutMs: 900,
      });
    const [data, control] = [client('dataplane', endpoints.data), client('controlplane', endpoints.control)];
    return new AwsPaymentHsm(data, control, storage, options.callsPerSecond);
  }

  override close(): void {
    this.#bucket.close();
    this.storage.close();
  }

  async capabilities(): Promise<HsmCapabilities> {
    return {
      operations: ['dukptGenerateMac', 'dukptEncrypt', 'translatePin', 'verifyArqc', 'verifyCardValue'],
      bdkTypes: ['AES128', 'AES192', 'AES256', 'TDES2'],
      keysNeverLeave: { aesDukpt: true, tdesDukpt: true, pin: true },
      dukptModes: ['CBC'],
      macAlgs: ['AES-CMAC-16', 'AES-CMAC-8', 'TDES-CMAC-8', 'RETAIL-4', 'RETAIL-8', 'HMAC-SHA256'],
      dukptMacAlgs: ['AES-CMAC-16', 'AES-CMAC-8', 'TDES-CMAC-8', 'RETAIL-4', 'RETAIL-8'],
      keyBlockVersions: [],
      pinFormats: [0, 1, 3, 4],
      iso4Pan: 'pan12',
      maxDataBytes: MAC_DATA_MAX,
      rateLimitPerSec: 500,
      paymentGrade: true,
    };
  }

  /** Healthy = the store can be read and the control plane answers, even with a refusal. */
  async health(): Promise<{ ok: boolean; latencyMs: number; detail?: string }> {
    const started = performance.now();
    const store = await this.storage.health();
    const fault = await this.#keys.info({ provider: NAME, id: 'health' }).then(
      () => undefined,
      (error: unknown) => (error instanceof HsmError && error.reason === 'unavailable' ? 'service' : undefined),
    );
    const detail = store.ok ? fault : 'store';
    return { ok: detail === undefined, latencyMs: performance.now() - started, detail };
  }

  async random(bytes: number): Promise<Buffer> {
    return randomBytes(bytes);
  }

  async dukptVerifyMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    return this.#verify(dukpt.bdk, r, shape.dukptMac(checked(dukpt), r.alg));
  }

  async dukptGenerateMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer }): Promise<Buffer> {
    return this.#generate(dukpt.bdk, r, shape.dukptMac(checked(dukpt), r.alg));
  }

  async dukptDecrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { cipher: Buffer }): Promise<Buffer> {
    const DecryptionAttributes = shape.dukptData(checked(dukpt), r);
    const body = { CipherText: shape.hex(r.cipher), DecryptionAttributes };
    return shape.fromHex((await this.#ask(dukpt.bdk, pathOf(dukpt.bdk, 'decrypt'), body))['PlainText']);
  }

  async dukptEncrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { plain: Buffer }): Promise<Buffer> {
    const EncryptionAttributes = shape.dukptData(checked(dukpt), r);
    const body = { PlainText: shape.hex(r.plain), EncryptionAttributes };
    return shape.fromHex((await this.#ask(dukpt.bdk, pathOf(dukpt.bdk, 'encrypt'), body))['CipherText']);
  }

  async translatePin(r: { in: PinSide & { block: Buffer }; out: PinSide; pan: Buffer }): Promise<{ block: Buffer }> {
    if (r.out.format === 1 && r.in.format !== 1) return this.unsupported('translatePin');
    const [from, to] = [r.in.dukpt?.bdk ?? r.in.key, r.out.dukpt?.bdk ?? r.out.key];
    if (from === undefined || to === undefined) return this.unsupported('translatePin');
    const answer = await this.#ask(from, '/pindata/translate', {
      IncomingKeyIdentifier: aliasOf(from.id),
      OutgoingKeyIdentifier: aliasOf(to.id),
      EncryptedPinBlock: shape.hex(r.in.block),
      IncomingTranslationAttributes: shape.pinFormat(r.in, r.pan),
      OutgoingTranslationAttributes: shape.pinFormat(r.out, r.pan),
      ...shape.pinDukpt('IncomingDukptAttributes', r.in),
      ...shape.pinDukpt('OutgoingDukptAttributes', r.out),
    });
    return { block: shape.fromHex(answer['PinBlock']) };
  }

  override async verifyArqc(r: ArqcCheck): Promise<{ valid: boolean; arpc?: Buffer }> {
    const body = { KeyIdentifier: aliasOf(r.key.id), ...shape.arqcRequest(r) };
    const answer = await this.#askOrFail(r.key, '/cryptogram/verify', body);
    if (answer === undefined) return { valid: false };
    const arpc = answer['AuthResponseValue'];
    return arpc === undefined ? { valid: true } : { valid: true, arpc: shape.fromHex(arpc) };
  }

  override async verifyCardValue(r: CardValueCheck): Promise<boolean> {
    const body = { KeyIdentifier: aliasOf(r.key.id), ...shape.cardValueRequest(r) };
    return (await this.#askOrFail(r.key, '/cardvalidationdata/verify', body)) !== undefined;
  }

  async generateMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; length?: number }): Promise<Buffer> {
    if (r.alg === 'HMAC-SHA256') return this.storage.generateMac(r);
    const mac = await this.#generate(r.key, r, shape.storedMac(r.alg));
    return r.length === undefined ? mac : mac.subarray(0, r.length);
  }

  override async verifyMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    if (r.alg === 'HMAC-SHA256') return this.storage.verifyMac(r);
    return this.#verify(r.key, r, shape.storedMac(r.alg));
  }

  encrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.storage.encrypt(r);
  }

  decrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.storage.decrypt(r);
  }

  async generateKey(r: Parameters<HsmProvider['generateKey']>[0]): Promise<KeyInfo> {
    if (isStored(r)) return mine(await this.storage.generateKey(r));
    await this.#bucket.take('keys');
    return this.#keys.make(r);
  }

  async keyInfo(key: KeyRef): Promise<KeyInfo> {
    return this.#stored(
      async () => mine(await this.storage.keyInfo(key)),
      () => this.#keys.info(key),
    );
  }

  async destroyKey(key: KeyRef): Promise<void> {
    await this.#stored(
      () => this.storage.destroyKey(key),
      () => this.#keys.destroy(key),
    );
  }

  destroyExpired(now: Date): Promise<string[]> {
    return this.storage.destroyExpired(now); // only storage keys have an end
  }

  /** The local store first: it costs no call. */
  async #stored<T>(local: () => Promise<T>, remote: () => Promise<T>): Promise<T> {
    try {
      return await local();
    } catch (error) {
      if (!(error instanceof HsmError) || error.reason !== 'key_unknown') throw error;
      await this.#bucket.take('keys');
      return remote();
    }
  }

  async #verify(key: KeyRef, r: { alg: MacAlg; data: Buffer; mac: Buffer }, attributes: object): Promise<boolean> {
    const bytes = macBytes(r);
    if (r.mac.length !== bytes) return false;
    const body = {
      KeyIdentifier: aliasOf(key.id),
      MessageData: shape.hex(r.data),
      Mac: shape.hex(r.mac),
      MacLength: bytes,
      VerificationAttributes: attributes,
    };
    return (await this.#askOrFail(key, '/mac/verify', body)) !== undefined;
  }

  async #generate(key: KeyRef, r: { alg: MacAlg; data: Buffer }, attributes: object): Promise<Buffer> {
    const body = {
      KeyIdentifier: aliasOf(key.id),
      MessageData: shape.hex(r.data),
      MacLength: macBytes(r),
      GenerationAttributes: attributes,
    };
    return shape.fromHex((await this.#ask(key, '/mac/generate', body))['Mac']);
  }

  /** @returns undefined when the service says that what was to be verified is wrong */
  async #askOrFail(lane: KeyRef, path: string, body: object): Promise<Record<string, unknown> | undefined> {
    await this.#bucket.take(lane.id);
    try {
      return await this.data.post(path, body);
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      if (error.kind === 'VerificationFailedException') return undefined;
      throw refusalError(error);
    }
  }

  async #ask(lane: KeyRef, path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await this.#askOrFail(lane, path, body);
    if (answer === undefined) throw new HsmError('format', 'the HSM service could not verify its input');
    return answer;
  }
}

/** Keys that AWS Payment Cryptography cannot hold or destroy within minutes. */
function isStored({ usage }: { usage: string }): boolean {
  return usage === 'D0' || usage === 'M7';
}

function mine(info: KeyInfo): KeyInfo {
  return { ...info, key: { provider: NAME, id: info.key.id } };
}

/** Refused here, before it costs a call. */
function checked(dukpt: Dukpt): Dukpt {
  usableKsn(dukpt.scheme, dukpt.ksn);
  if (dukpt.tdesDataKey !== undefined && dukpt.tdesDataKey !== 'x9.24-2009') {
    throw new HsmError('unsupported', 'AWS Payment Cryptography cannot do this', { detail: dukpt.tdesDataKey });
  }
  return dukpt;
}

function macBytes({ alg, data }: { alg: MacAlg; data: Buffer }): number {
  const bytes = shape.MAC_BYTES[alg];
  if (bytes === undefined || data.length > MAC_DATA_MAX) {
    throw new HsmError('unsupported', 'AWS Payment Cryptography cannot do this', { detail: alg });
  }
  return bytes;
}

function pathOf(key: KeyRef, operation: 'encrypt' | 'decrypt'): string {
  return `/keys/${encodeURIComponent(aliasOf(key.id))}/${operation}`;
}
