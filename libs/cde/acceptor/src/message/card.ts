import type { EncryptedCard, EntryMode } from '@tsunagu/contracts';
import { readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';
import { Secret } from '@tsunagu/kernel';
import type { HqContract } from '../contract/hq-contract.js';

/** A card as a line brings it: encrypted by its reader, or in the clear where the contract allows that. */
export type HqCard =
  | { readonly form: 'dukpt'; readonly card: EncryptedCard }
  | {
      readonly form: 'pan';
      readonly entryMode: EntryMode;
      readonly pan: Secret<string> | null;
      readonly expiry: Secret<string> | null;
      readonly track2: Secret<string> | null;
      readonly emv: Buffer | null;
    };

/**
 * Tags of field 48 for a reader's encryption, private to TSN-93: ciphertext, initial vector, MAC and a 16-byte PIN block, all
 * upper-case hex. The KSN is in field 53 behind its scheme and PIN format. @source docs/adr/0045
 */
export const READER_TAGS = { ciphertext: 'EC01', iv: 'EC02', mac: 'EC03', pinBlock: 'EC04' } as const;

const SCHEMES: Readonly<Record<number, { format: EncryptedCard['format']; ksnBytes: number }>> = {
  1: { format: 'dukpt_tdes', ksnBytes: 10 },
  2: { format: 'dukpt_aes', ksnBytes: 12 },
};
/** Position 7 of field 22. @source iso8583-1993.md §7 */
const ENTRY: Readonly<Record<string, EntryMode>> = {
  '5': 'chip',
  M: 'contactless',
  '2': 'stripe',
  F: 'stripe',
  '6': 'keyed',
  '1': 'keyed',
};
const HEX = /^[0-9A-F]+$/;

/** Read the card of a request. @returns undefined when there is none, or not in a form that the contract allows */
export function readCard({ cards }: HqContract, message: IsoMessage): HqCard | undefined {
  const entryMode = ENTRY[message.text(22)?.[6] ?? ''];
  if (entryMode === undefined) return undefined;
  const isClear = message.has(2) || message.has(35);
  const tags = readPrivateTlv(message.text(48) ?? '');
  const ciphertext = tags.get(READER_TAGS.ciphertext);
  if (ciphertext === undefined) return isClear && cards.has('pan') ? clearCard(message, entryMode) : undefined;
  if (isClear || !cards.has('dukpt')) return undefined;
  return encryptedCard(message, entryMode, tags);
}

function clearCard(message: IsoMessage, entryMode: EntryMode): HqCard | undefined {
  if (message.has(52) || message.has(53)) return undefined; // a PIN comes with a reader's encryption only
  const secret = (field: number) => {
    const value = message.text(field);
    return value === undefined ? null : new Secret(value);
  };
  return {
    form: 'pan',
    entryMode,
    pan: secret(2),
    expiry: secret(14),
    track2: secret(35),
    emv: message.bytes(55) ?? null,
  };
}

function encryptedCard(
  message: IsoMessage,
  entryMode: EntryMode,
  tags: ReadonlyMap<string, string>,
): HqCard | undefined {
  const security = message.bytes(53);
  const scheme = SCHEMES[security?.[0] ?? 0];
  if (security === undefined || scheme === undefined || security.length !== 2 + scheme.ksnBytes) return undefined;
  const values = Object.values(READER_TAGS).map((tag) => tags.get(tag));
  if (values.some((value) => value !== undefined && !HEX.test(value))) return undefined;
  const [ciphertext = '', iv, mac, aesBlock] = values;
  const ksn = security.subarray(2).toString('hex').toUpperCase();
  const pinBlock = pinBlockOf({ ksn, aesBlock, desBlock: message.bytes(52) });
  const emv = message.bytes(55)?.toString('hex').toUpperCase();
  const card = { format: scheme.format, ksn, iv, ciphertext, mac, entryMode, emv, pinBlock };
  return { form: 'dukpt', card };
}

function pinBlockOf(from: { ksn: string; aesBlock?: string; desBlock?: Buffer }): EncryptedCard['pinBlock'] {
  const { ksn, aesBlock, desBlock } = from;
  if (aesBlock !== undefined) return { format: 'iso4', ksn, data: aesBlock };
  if (desBlock === undefined) return undefined;
  return { format: 'iso0', ksn, data: desBlock.toString('hex').toUpperCase() };
}
