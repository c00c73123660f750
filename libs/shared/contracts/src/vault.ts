import type { CurrencyCode } from '@tsunagu/kernel';

/** Card as the reader sent it. All binary values are upper-case hex text. No clear card field exists here. */
export interface EncryptedCard {
  readonly format: 'dukpt_aes' | 'dukpt_tdes';
  readonly ksn: string;
  readonly iv?: string;
  readonly ciphertext: string;
  readonly mac?: string;
  readonly entryMode: EntryMode;
  /** BER-TLV of non-sensitive tags, in the clear. */
  readonly emv?: string;
  readonly pinBlock?: { readonly format: 'iso4' | 'iso0'; readonly ksn: string; readonly data: string };
}

export type EntryMode = 'chip' | 'contactless' | 'stripe' | 'keyed';
export type CardBrand = 'jcb' | 'visa' | 'mastercard' | 'amex' | 'diners' | 'discover' | 'unionpay' | 'unknown';

/** What everybody outside the card zone may know of a card. */
export interface CardDisplay {
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  readonly expMonth: number | null;
  readonly expYear: number | null;
  readonly funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  readonly country: string | null;
  readonly issuerName: string | null;
  /** Currency in which the holder is billed, by the table of card ranges; absent or null: not known. */
  readonly currency?: CurrencyCode | null;
}

/**
 * Sealed card data (AES-256-GCM, base64). `sad` lives minutes, `account` until the attempt and its reversal are final.
 * Opaque to everybody but vault and switch. Layout: `libs/cde/hsm` envelope docstring.
 */
export interface SealedEnvelope {
  readonly sad: SealedSad | null;
  readonly account: SealedAccount;
}

/** Each part says what it is, for types and for the checks of tables: a sealed `sad` fits no column of accounts. */
export type SealedSad = `sad.${string}`;
export type SealedAccount = `account.${string}`;

export interface OpenCardRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  /** The idempotency key: a till that repeats the same purchase gets the same answer, anything else is a replay. */
  readonly intent: string;
  readonly requestId: string;
  readonly card: EncryptedCard;
  /** `single`: a token of its own for this purchase; left out: the tenant's token of this card. */
  readonly tokenUses?: 'multi' | 'single';
}

/** A card in the clear, from the switch alone: a line whose contract allows that. Number and expiry, or track 2 without sentinels. */
export interface TakeCardRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  readonly intent: string;
  readonly requestId: string;
  readonly entryMode: EntryMode;
  readonly pan?: string;
  /** YYMM. */
  readonly expiry?: string;
  readonly track2?: string;
  /** BER-TLV, hex. */
  readonly emv?: string;
}

export interface OpenCardAnswer {
  /** Token row id (uuid); `tok_…` on the wire. */
  readonly tokenId: string;
  readonly card: CardDisplay;
  /** The stripe of a chip card was read, at a reader that takes chips; absent: it was not. */
  readonly isFallback?: boolean;
  readonly envelope: SealedEnvelope;
}

/** A PIN that the holder typed after his card was read: the same purchase goes out again, and the card is not read a second time. */
export interface AddPinRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  /** Card that the PIN belongs to. */
  readonly tokenId: string;
  /** Idempotency key of this continuation: the same PIN block for it may come again, for anything else it is a replay. */
  readonly intent: string;
  readonly requestId: string;
  /** As the reader sent it; its KSN is of a transaction of its own. */
  readonly pinBlock: NonNullable<EncryptedCard['pinBlock']>;
  /** The held card, unopened: the vault lays the PIN on top and reads nothing of it. */
  readonly envelope: SealedEnvelope;
}

export interface SealAccountRequest {
  readonly tenantId: string;
  readonly tokenId: string;
  /** `authorize`: a payment with a stored card; the others follow a payment that was made. */
  readonly purpose: 'authorize' | 'refund' | 'capture' | 'void';
  /** Of `authorize`: its idempotency key. A single-use token serves one of them. */
  readonly intent?: string;
  readonly requestId: string;
}

/** Sandbox and operator: make a device known and hand out its initial key for a simulated loader. */
export interface EnrolDeviceRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly requestId: string;
}

export interface EnrolDeviceAnswer {
  readonly profileName: string;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  /** Hex; leaves the vault in sandbox mode only. */
  readonly initialKey: string;
  readonly initialKeyId: string;
  readonly payload: {
    readonly mode: string;
    readonly iv: string;
    readonly padding: string;
    readonly mac: string;
    readonly content: string;
    readonly data_usage: string;
    readonly mac_input: string;
  };
}

/** The vault's doors. @throws RemoteError `card_data_invalid`, `ksn_replay`, `ksn_stale`, `card_service_unavailable`, `resource_missing` */
export abstract class VaultPort {
  abstract open(request: OpenCardRequest): Promise<OpenCardAnswer>;
  /** A held card with the PIN that its holder typed. @throws RemoteError as `open` */
  abstract addPin(request: AddPinRequest): Promise<{ envelope: SealedEnvelope }>;
  abstract sealAccount(request: SealAccountRequest): Promise<{ card: CardDisplay; envelope: SealedEnvelope }>;
  abstract enrolDevice(request: EnrolDeviceRequest): Promise<EnrolDeviceAnswer>;
}

/** Paths of the vault's internal HTTP routes; all are POST. Allowed callers: see `INTERNAL_ROUTES`. */
export const VAULT_ROUTES = {
  open: '/internal/v1/cards/open',
  takeCard: '/internal/v1/cards/take',
  addPin: '/internal/v1/cards/add-pin',
  sealAccount: '/internal/v1/cards/seal-account',
  enrolDevice: '/internal/v1/devices/enrol',
  deviceCode: '/internal/v1/devices/code',
  deviceLoad: '/internal/v1/devices/load',
  deviceState: '/internal/v1/devices/state',
  keyReport: '/internal/v1/keys/report',
  keyGenerate: '/internal/v1/keys/generate',
  keyComponent: '/internal/v1/keys/component',
  keyImport: '/internal/v1/keys/import',
  keyOrder: '/internal/v1/keys/order',
  keyApprove: '/internal/v1/keys/approve',
  custodians: '/internal/v1/keys/custodians',
  auditVerify: '/internal/v1/audit/verify',
  tokenRead: '/internal/v1/tokens/read',
  tokenList: '/internal/v1/tokens/list',
  tokenUpdate: '/internal/v1/tokens/update',
  tokenRevoke: '/internal/v1/tokens/revoke',
  tokenTrail: '/internal/v1/tokens/trail',
  tokenReveal: '/internal/v1/tokens/reveal',
  tokenNetwork: '/internal/v1/tokens/network',
  tokenChanges: '/internal/v1/tokens/changes',
  tokenChangesTold: '/internal/v1/tokens/changes-told',
  tenantOrder: '/internal/v1/tenants/order',
  tenantApprove: '/internal/v1/tenants/approve',
  tokenJobBegin: '/internal/v1/token-jobs/begin',
  tokenImportLines: '/internal/v1/token-jobs/lines',
  tokenImportStart: '/internal/v1/token-jobs/start',
  tokenJobList: '/internal/v1/token-jobs/list',
  tokenJobRead: '/internal/v1/token-jobs/read',
  tokenJobResults: '/internal/v1/token-jobs/results',
  certificateKey: '/internal/v1/tenants/certificate-key',
} as const;
