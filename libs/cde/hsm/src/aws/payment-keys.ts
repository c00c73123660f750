import { HsmError } from '../provider/hsm-error.js';
import type { HsmProvider, KeyInfo, KeyRef, KeyScope, KeyType, KeyUsage } from '../provider/hsm-provider.js';
import { ServiceRefusal, type SignedClient } from './signed-client.js';

type NewKey = Parameters<HsmProvider['generateKey']>[0];

const TARGET = 'PaymentCryptographyControlPlane';

/** Usage by its name at the service, the modes a key of it gets, and the scope that follows from it. */
const USAGE: Partial<Readonly<Record<KeyUsage, { name: string; modes: readonly string[]; scope: KeyScope }>>> = {
  B0: { name: 'TR31_B0_BASE_DERIVATION_KEY', modes: ['DeriveKey'], scope: 'bdk' },
  P0: { name: 'TR31_P0_PIN_ENCRYPTION_KEY', modes: ['Encrypt', 'Decrypt', 'Wrap', 'Unwrap'], scope: 'link-pin' },
  M3: { name: 'TR31_M3_ISO_9797_3_MAC_KEY', modes: ['Generate', 'Verify'], scope: 'link-mac' },
  M6: { name: 'TR31_M6_ISO_9797_5_CMAC_KEY', modes: ['Generate', 'Verify'], scope: 'link-mac' },
  C0: { name: 'TR31_C0_CARD_VERIFICATION_KEY', modes: ['Generate', 'Verify'], scope: 'issuer' },
  E0: { name: 'TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS', modes: ['DeriveKey'], scope: 'issuer' },
};

const ALGORITHM: Partial<Readonly<Record<KeyType, string>>> = {
  TDES2: 'TDES_2KEY',
  TDES3: 'TDES_3KEY',
  AES128: 'AES_128',
  AES192: 'AES_192',
  AES256: 'AES_256',
};

/** What the service says of a key, as far as it is read. */
interface ServiceKey {
  readonly KeyArn?: string;
  readonly KeyCheckValue?: string;
  readonly KeyState?: string;
  readonly KeyAttributes?: { readonly KeyUsage?: string; readonly KeyAlgorithm?: string };
}

/** Handle of a key at the service: an alias, so that a rotated key keeps its name. */
export function aliasOf(id: string): string {
  return `alias/tsunagu-${id}`;
}

/** Payment keys at the control plane: found and made by alias. */
export class PaymentKeys {
  constructor(
    private readonly provider: string,
    private readonly control: SignedClient,
  ) {}

  /** @throws HsmError `key_unknown` there is none, or it is being deleted */
  async info(ref: KeyRef): Promise<KeyInfo> {
    const key = (await this.#call('GetKey', { KeyIdentifier: aliasOf(ref.id) }))['Key'] as ServiceKey | undefined;
    const { KeyUsage: usageName, KeyAlgorithm: algorithm } = key?.KeyAttributes ?? {};
    const usage = Object.entries(USAGE).find(([, { name }]) => name === usageName);
    const type = Object.entries(ALGORITHM).find(([, name]) => name === algorithm);
    if (key?.KeyState !== 'CREATE_COMPLETE' || usage === undefined || type === undefined) throw unknownKey(ref.id);
    return {
      key: { provider: this.provider, id: ref.id },
      usage: usage[0] as KeyUsage,
      type: type[0] as KeyType,
      scope: ref.id === 'zpk-zone' ? 'zone-pin' : usage[1].scope,
      state: 'active',
      kcv: (key.KeyCheckValue ?? '').slice(0, 6),
      expiresAt: null,
    };
  }

  /** The alias decides races: whoever binds it first made the key, and the other's is deleted again. */
  async make(wanted: NewKey): Promise<KeyInfo> {
    const known = await this.#infoIfThere(wanted.id);
    if (known === undefined) await this.#create(wanted);
    const info = known ?? (await this.info({ provider: this.provider, id: wanted.id }));
    if (info.usage !== wanted.usage || info.type !== wanted.type) {
      throw new HsmError('usage_denied', 'this key may not be used like that', {
        key: wanted.id,
        operation: 'generate',
      });
    }
    return { ...info, scope: wanted.scope };
  }

  async destroy(ref: KeyRef): Promise<void> {
    await this.info(ref);
    await this.#call('DeleteKey', { KeyIdentifier: aliasOf(ref.id) });
  }

  async #create({ id, usage, type }: NewKey): Promise<void> {
    const kind = USAGE[usage];
    const algorithm = ALGORITHM[type];
    if (kind === undefined || algorithm === undefined) {
      throw new HsmError('unsupported', 'AWS Payment Cryptography has no such keys', { detail: usage });
    }
    const made = await this.#call('CreateKey', {
      Exportable: true,
      KeyAttributes: {
        KeyUsage: kind.name,
        KeyClass: 'SYMMETRIC_KEY',
        KeyAlgorithm: algorithm,
        KeyModesOfUse: Object.fromEntries(kind.modes.map((mode) => [mode, true])),
      },
    });
    const arn = (made['Key'] as ServiceKey | undefined)?.KeyArn;
    try {
      await this.#call('CreateAlias', { AliasName: aliasOf(id), KeyArn: arn });
    } catch (error) {
      if (!(error instanceof ServiceRefusal) || error.kind !== 'ConflictException') throw error;
      await this.#call('DeleteKey', { KeyIdentifier: arn });
    }
  }

  async #infoIfThere(id: string): Promise<KeyInfo | undefined> {
    try {
      return await this.info({ provider: this.provider, id });
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') return undefined;
      throw error;
    }
  }

  async #call(operation: string, body: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${TARGET}.${operation}` };
    try {
      return await this.control.post('/', body, headers);
    } catch (error) {
      if (error instanceof ServiceRefusal && error.kind !== 'ConflictException') throw refusalError(error);
      throw error;
    }
  }
}

/** What a refusal of the service means here. */
export function refusalError({ kind }: ServiceRefusal): HsmError {
  if (kind === 'ResourceNotFoundException') return unknownKey(undefined);
  if (kind === 'ValidationException') return new HsmError('format', 'the HSM service does not take this input');
  if (kind === 'AccessDeniedException') return new HsmError('usage_denied', 'the role of this process may not do this');
  return new HsmError('unavailable', 'the HSM service refused the operation', { detail: kind });
}

function unknownKey(key: string | undefined): HsmError {
  return new HsmError('key_unknown', 'no such key', { key });
}
