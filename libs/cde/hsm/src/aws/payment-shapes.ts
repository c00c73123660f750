import { HsmError } from '../provider/hsm-error.js';
import type {
  ArqcCheck,
  CardValueCheck,
  CipherMode,
  Dukpt,
  KeyType,
  MacAlg,
  PinSide,
} from '../provider/hsm-provider.js';

/** Shapes of the data plane of AWS Payment Cryptography, version 2022-02-03. Bytes travel as upper-case hex. */
type Shape = Record<string, unknown>;

const DERIVATION: Partial<Readonly<Record<KeyType, string>>> = {
  TDES2: 'TDES_2KEY',
  TDES3: 'TDES_3KEY',
  AES128: 'AES_128',
  AES192: 'AES_192',
  AES256: 'AES_256',
};
const VARIANT = { request: 'REQUEST', response: 'RESPONSE', both: 'BIDIRECTIONAL' } as const;

/** @throws HsmError `unsupported` a mode or a variant that the service does not have */
export function dukptData(dukpt: Dukpt, r: { mode: CipherMode; iv?: Buffer }): Shape {
  if (r.mode !== 'CBC') throw unsupported(r.mode);
  return {
    Dukpt: {
      KeySerialNumber: dukpt.ksn,
      Mode: r.mode,
      DukptKeyDerivationType: derivation(dukpt),
      DukptKeyVariant: VARIANT[dukpt.variant],
      ...(r.iv === undefined ? {} : { InitializationVector: hex(r.iv) }),
    },
  };
}

/** Which MAC, under which DUKPT key. */
export function dukptMac(dukpt: Dukpt, alg: MacAlg): Shape {
  const kind = DUKPT_MAC[alg];
  if (kind === undefined) throw unsupported(alg);
  return {
    [kind]: {
      KeySerialNumber: dukpt.ksn,
      DukptKeyVariant: VARIANT[dukpt.variant],
      DukptDerivationType: derivation(dukpt),
    },
  };
}

const DUKPT_MAC: Partial<Readonly<Record<MacAlg, string>>> = {
  'AES-CMAC-16': 'DukptCmac',
  'AES-CMAC-8': 'DukptCmac',
  'TDES-CMAC-8': 'DukptCmac',
  'RETAIL-4': 'DukptIso9797Algorithm3',
  'RETAIL-8': 'DukptIso9797Algorithm3',
};

const STORED_MAC: Partial<Readonly<Record<MacAlg, string>>> = {
  'AES-CMAC-16': 'CMAC',
  'AES-CMAC-8': 'CMAC',
  'TDES-CMAC-8': 'CMAC',
  'RETAIL-4': 'ISO9797_ALGORITHM3',
  'RETAIL-8': 'ISO9797_ALGORITHM3',
};

/** Bytes of each MAC; the service cuts to what it is asked for. */
export const MAC_BYTES: Partial<Readonly<Record<MacAlg, number>>> = {
  'AES-CMAC-16': 16,
  'AES-CMAC-8': 8,
  'TDES-CMAC-8': 8,
  'RETAIL-4': 4,
  'RETAIL-8': 8,
};

export function storedMac(alg: MacAlg): Shape {
  const algorithm = STORED_MAC[alg];
  if (algorithm === undefined) throw unsupported(alg);
  return { Algorithm: algorithm };
}

/** One side of a PIN translation. Format 4 of this service is made with 12 digits of the PAN. */
export function pinFormat(side: PinSide, pan: Buffer): Shape {
  return side.format === 1 ? { IsoFormat1: {} } : { [`IsoFormat${side.format}`]: { PrimaryAccountNumber: ascii(pan) } };
}

export function pinDukpt(name: 'IncomingDukptAttributes' | 'OutgoingDukptAttributes', { dukpt }: PinSide): Shape {
  if (dukpt === undefined) return {};
  return {
    [name]: {
      KeySerialNumber: dukpt.ksn,
      DukptKeyDerivationType: derivation(dukpt),
      DukptKeyVariant: VARIANT[dukpt.variant],
    },
  };
}

export function arqcRequest(r: ArqcCheck): Shape {
  const card = { PrimaryAccountNumber: ascii(r.pan), PanSequenceNumber: r.psn };
  const session = {
    none: { Visa: card },
    'emv-common': { EmvCommon: { ...card, ApplicationTransactionCounter: r.atc } },
    mastercard: { Mastercard: { ...card, ApplicationTransactionCounter: r.atc, UnpredictableNumber: r.un } },
  }[r.session];
  return {
    TransactionData: hex(padded(r.data, r.padding)),
    AuthRequestCryptogram: hex(r.arqc),
    MajorKeyDerivationMode: `EMV_OPTION_${r.derivation}`,
    SessionKeyDerivationAttributes: session,
    ...(r.arpc === undefined ? {} : { AuthResponseAttributes: arpcOf(r.arpc) }),
  };
}

/** @throws HsmError `unsupported` contactless values: their shapes were not checked against the service */
export function cardValueRequest(r: CardValueCheck): Shape {
  const expiry = r.expiry ?? '';
  const attributes: Partial<Record<CardValueCheck['type'], Shape>> = {
    CVV: { CardVerificationValue1: { CardExpiryDate: expiry, ServiceCode: r.serviceCode ?? '' } },
    iCVV: { CardVerificationValue1: { CardExpiryDate: expiry, ServiceCode: '999' } },
    CVV2: { CardVerificationValue2: { CardExpiryDate: expiry } },
  };
  const chosen = attributes[r.type];
  if (chosen === undefined) throw unsupported(r.type);
  return { PrimaryAccountNumber: ascii(r.pan), ValidationData: ascii(r.value), VerificationAttributes: chosen };
}

export function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

export function fromHex(value: unknown): Buffer {
  if (typeof value === 'string' && /^(?:[0-9A-Fa-f]{2})+$/.test(value)) return Buffer.from(value, 'hex');
  throw new HsmError('unavailable', 'the HSM service gave an answer of another shape', { detail: 'shape' });
}

function arpcOf(arpc: NonNullable<ArqcCheck['arpc']>): Shape {
  if (arpc.method === 1) return { ArpcMethod1: { AuthResponseCode: hex(arpc.arc) } };
  const { csu, proprietary } = arpc;
  const extra = proprietary === undefined ? {} : { ProprietaryAuthenticationData: hex(proprietary) };
  return { ArpcMethod2: { CardStatusUpdate: hex(csu), ...extra } };
}

/** The service takes what the MAC covers, padding included. @source ISO/IEC 9797-1, padding methods 1 and 2 */
function padded(data: Buffer, method: 1 | 2): Buffer {
  const marked = method === 2 ? Buffer.concat([data, Buffer.from([0x80])]) : data;
  return Buffer.concat([marked, Buffer.alloc((8 - (marked.length % 8)) % 8)]);
}

function derivation({ keyType }: Dukpt): string {
  const type = DERIVATION[keyType];
  if (type === undefined) throw unsupported(keyType);
  return type;
}

function ascii(digits: Buffer): string {
  return digits.toString('latin1');
}

function unsupported(detail: string): HsmError {
  return new HsmError('unsupported', 'AWS Payment Cryptography cannot do this', { detail });
}
