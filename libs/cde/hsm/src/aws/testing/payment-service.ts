import type { Dukpt, HsmProvider, KeyInfo, KeyRef, KeyType, MacAlg, PinFormat } from '../../provider/hsm-provider.js';
import type { RecordedCall, RecorderAnswer } from './aws-recorder.js';

type Body = Record<string, unknown>;

const TYPE: Readonly<Record<string, KeyType>> = {
  TDES_2KEY: 'TDES2',
  TDES_3KEY: 'TDES3',
  AES_128: 'AES128',
  AES_192: 'AES192',
  AES_256: 'AES256',
};
const VARIANT = { REQUEST: 'request', RESPONSE: 'response', BIDIRECTIONAL: 'both' } as const;

/**
 * Answers as AWS Payment Cryptography does, with the software provider as its module. A body of another shape than the one
 * that the service documents ends in a ValidationException.
 */
export class PaymentService {
  /** Keys made at the control plane, by alias. */
  readonly #aliases = new Map<string, string>();
  readonly #keys = new Map<string, Body>();

  constructor(private readonly hsm: { vault: HsmProvider; switch: HsmProvider }) {}

  async answer({ path, operation, body }: RecordedCall): Promise<RecorderAnswer> {
    try {
      return operation === '' ? await this.#data(path, body) : await this.#control(operation, body);
    } catch (error) {
      const reason = error instanceof Error && 'reason' in error ? error.reason : undefined;
      return { error: reason === 'key_unknown' ? 'ResourceNotFoundException' : 'ValidationException' };
    }
  }

  async #data(path: string, body: Body): Promise<RecorderAnswer> {
    const named = /^\/keys\/([^/]+)\/(encrypt|decrypt)$/.exec(path);
    if (named !== null) return { body: await this.#cipher(decodeURIComponent(named[1]!), named[2]!, body) };
    if (path === '/mac/generate')
      return { body: { Mac: hex(await this.#mac(body, object(body, 'GenerationAttributes'))) } };
    if (path === '/mac/verify') {
      const mac = await this.#mac(body, object(body, 'VerificationAttributes'));
      return hex(mac) === body['Mac'] ? { body: {} } : { error: 'VerificationFailedException' };
    }
    return path === '/pindata/translate' ? { body: await this.#translate(body) } : { error: 'ValidationException' };
  }

  async #cipher(alias: string, operation: string, body: Body): Promise<Body> {
    const decrypts = operation === 'decrypt';
    const attributes = object(object(body, decrypts ? 'DecryptionAttributes' : 'EncryptionAttributes'), 'Dukpt');
    if (attributes['Mode'] !== 'CBC') throw new TypeError('Mode');
    const dukpt = dukptOf(alias, attributes, 'DukptKeyDerivationType');
    const iv = attributes['InitializationVector'] === undefined ? undefined : bytes(attributes, 'InitializationVector');
    const { vault } = this.hsm;
    return decrypts
      ? { PlainText: hex(await vault.dukptDecrypt(dukpt, { mode: 'CBC', iv, cipher: bytes(body, 'CipherText') })) }
      : { CipherText: hex(await vault.dukptEncrypt(dukpt, { mode: 'CBC', iv, plain: bytes(body, 'PlainText') })) };
  }

  async #mac(body: Body, attributes: Body): Promise<Buffer> {
    const data = bytes(body, 'MessageData');
    const length = Number(body['MacLength']);
    const alias = String(body['KeyIdentifier']);
    const [kind, value] = Object.entries(attributes)[0]!;
    if (kind === 'Algorithm') {
      const key = refOf(alias);
      const { type } = await this.hsm.switch.keyInfo(key);
      return this.hsm.switch.generateMac({ key, data, alg: algOf(value === 'CMAC', type, length) });
    }
    const dukpt = dukptOf(alias, value as Body, 'DukptDerivationType');
    const alg = algOf(kind === 'DukptCmac', dukpt.keyType, length);
    return this.hsm.vault.dukptGenerateMac(dukpt, { alg, data });
  }

  async #translate(body: Body): Promise<Body> {
    const side = (name: 'Incoming' | 'Outgoing') => {
      const [format, card] = Object.entries(object(body, `${name}TranslationAttributes`))[0]!;
      const alias = String(body[`${name}KeyIdentifier`]);
      const attributes = body[`${name}DukptAttributes`] as Body | undefined;
      const key =
        attributes === undefined
          ? { key: refOf(alias) }
          : { dukpt: dukptOf(alias, attributes, 'DukptKeyDerivationType') };
      return {
        ...key,
        format: Number(format.slice(-1)) as PinFormat,
        pan: String((card as Body)['PrimaryAccountNumber']),
      };
    };
    const [from, to] = [side('Incoming'), side('Outgoing')];
    const block = bytes(body, 'EncryptedPinBlock');
    const out = await this.hsm.vault.translatePin({ in: { ...from, block }, out: to, pan: Buffer.from(from.pan) });
    return { PinBlock: hex(out.block) };
  }

  async #control(operation: string, body: Body): Promise<RecorderAnswer> {
    if (operation === 'GetKey') return this.#getKey(String(body['KeyIdentifier']));
    if (operation === 'CreateKey') {
      const arn = `arn:aws:payment-cryptography:ap-northeast-1:1:key/${this.#keys.size}`;
      this.#keys.set(arn, object(body, 'KeyAttributes'));
      return { body: { Key: { KeyArn: arn } } };
    }
    if (operation === 'CreateAlias') return this.#bind(String(body['AliasName']), String(body['KeyArn']));
    if (operation !== 'DeleteKey') return { error: 'ValidationException' };
    const named = String(body['KeyIdentifier']);
    if (!named.startsWith('alias/')) return { body: {} };
    await this.hsm.vault.destroyKey(refOf(named));
    this.#aliases.delete(named);
    return { body: {} };
  }

  async #bind(alias: string, arn: string): Promise<RecorderAnswer> {
    if (this.#aliases.has(alias)) return { error: 'ConflictException' };
    this.#aliases.set(alias, arn);
    const { KeyUsage, KeyAlgorithm } = this.#keys.get(arn) ?? {};
    const usage = String(KeyUsage).slice(5, 7);
    const scope = usage === 'B0' ? 'bdk' : usage === 'P0' ? 'zone-pin' : 'link-mac';
    const holder = scope === 'link-mac' ? this.hsm.switch : this.hsm.vault;
    const { id } = refOf(alias);
    await holder.generateKey({ id, usage: usage as KeyInfo['usage'], type: TYPE[String(KeyAlgorithm)]!, scope });
    return { body: {} };
  }

  async #getKey(alias: string): Promise<RecorderAnswer> {
    const { usage, type, kcv } = await this.hsm.vault
      .keyInfo(refOf(alias))
      .catch(() => this.hsm.switch.keyInfo(refOf(alias)));
    const names = {
      B0: 'BASE_DERIVATION_KEY',
      P0: 'PIN_ENCRYPTION_KEY',
      M6: 'ISO_9797_5_CMAC_KEY',
      M3: 'ISO_9797_3_MAC_KEY',
    };
    const KeyUsage = `TR31_${usage}_${names[usage as keyof typeof names]}`;
    const KeyAlgorithm = Object.entries(TYPE).find(([, name]) => name === type)?.[0];
    const KeyAttributes = { KeyUsage, KeyAlgorithm };
    return { body: { Key: { KeyArn: alias, KeyState: 'CREATE_COMPLETE', KeyCheckValue: kcv, KeyAttributes } } };
  }
}

function dukptOf(alias: string, attributes: Body, derivation: string): Dukpt {
  const ksn = String(attributes['KeySerialNumber']);
  const keyType = TYPE[String(attributes[derivation])]!;
  const variant = VARIANT[attributes['DukptKeyVariant'] as keyof typeof VARIANT];
  const scheme = ksn.length === 24 ? 'AES-DUKPT' : 'TDES-DUKPT';
  return { scheme, bdk: refOf(alias), ksn, keyType, variant };
}

function algOf(isCmac: boolean, type: KeyType, length: number): MacAlg {
  if (!isCmac) return length === 4 ? 'RETAIL-4' : 'RETAIL-8';
  if (type.startsWith('TDES')) return 'TDES-CMAC-8';
  return length === 8 ? 'AES-CMAC-8' : 'AES-CMAC-16';
}

function refOf(alias: string): KeyRef {
  const id = /^alias\/tsunagu-(.+)$/.exec(alias)?.[1];
  if (id === undefined) throw new TypeError('KeyIdentifier');
  return { provider: 'software', id };
}

function object(body: Body, name: string): Body {
  const value = body[name];
  if (typeof value !== 'object' || value === null) throw new TypeError(name);
  return value as Body;
}

function bytes(body: Body, name: string): Buffer {
  const text = body[name];
  if (typeof text !== 'string' || !/^(?:[0-9A-F]{2})*$/.test(text)) throw new TypeError(name);
  return Buffer.from(text, 'hex');
}

function hex(data: Buffer): string {
  return data.toString('hex').toUpperCase();
}
