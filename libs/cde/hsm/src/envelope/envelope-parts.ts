import { secretBuffer } from '../cipher/secret-buffer.js';
import type { EntryMode } from '@tsunagu/contracts';
import { Sad, invariant } from '@tsunagu/kernel';

/** Sensitive authentication data of one transaction. All buffers are the holder's to wipe. */
export interface SadPart {
  /** Track 2 in ASCII without sentinels, `=` as separator (field 35); null when the card was keyed. */
  readonly track2: Sad<Buffer> | null;
  /** BER-TLV for field 55, without account tags (57, 5A, 5F24); null without a chip. */
  readonly emv: Sad<Buffer> | null;
  /** PIN block, ISO 9564 format 4 under the zone PIN key; null without a PIN. */
  readonly pinBlock: Sad<Buffer> | null;
  /** Handle of the zone key of the block; absent: the first one of the house. */
  readonly pinKey?: string;
  readonly entry: EntryMode;
}

/** The account: what is needed to build a message without the card. */
export interface AccountPart {
  /** ASCII digits, 12 to 19. */
  readonly pan: Buffer;
  /** YYMM; null when the card has none. */
  readonly expiry: string | null;
  /** PAN sequence number, 2 digits (tag 5F34, field 23); null when unknown. */
  readonly psn: string | null;
}

const ENTRY: readonly EntryMode[] = ['chip', 'contactless', 'stripe', 'keyed'];
const FIELD = { track2: 1, emv: 2, pinBlock: 3, entry: 4, pinKey: 5, pan: 17, expiry: 18, psn: 19 } as const;

/** Layout of both parts: repeated tag (1 byte), length (2 bytes, big endian), value. Absent fields are left out. */
export function encodeSad(sad: SadPart): Buffer {
  return encodeFields([
    [FIELD.track2, sad.track2?.reveal() ?? null],
    [FIELD.emv, sad.emv?.reveal() ?? null],
    [FIELD.pinBlock, sad.pinBlock?.reveal() ?? null],
    [FIELD.entry, Buffer.from([ENTRY.indexOf(sad.entry)])],
    [FIELD.pinKey, sad.pinKey === undefined ? null : Buffer.from(sad.pinKey, 'latin1')],
  ]);
}

export function encodeAccount(account: AccountPart): Buffer {
  return encodeFields([
    [FIELD.pan, account.pan],
    [FIELD.expiry, account.expiry === null ? null : Buffer.from(account.expiry, 'latin1')],
    [FIELD.psn, account.psn === null ? null : Buffer.from(account.psn, 'latin1')],
  ]);
}

/** The buffers of the answer are views into `plain`: wiping it wipes them. */
export function decodeSad(plain: Buffer): SadPart {
  const fields = decodeFields(plain);
  const entry = ENTRY[fields.get(FIELD.entry)?.[0] ?? -1];
  invariant(entry !== undefined, 'a sealed part names its entry mode');
  return {
    track2: sadOf(fields.get(FIELD.track2)),
    emv: sadOf(fields.get(FIELD.emv)),
    pinBlock: sadOf(fields.get(FIELD.pinBlock)),
    pinKey: fields.get(FIELD.pinKey)?.toString('latin1'),
    entry,
  };
}

export function decodeAccount(plain: Buffer): AccountPart {
  const fields = decodeFields(plain);
  const pan = fields.get(FIELD.pan);
  invariant(pan !== undefined, 'a sealed account has a number');
  return {
    pan,
    expiry: fields.get(FIELD.expiry)?.toString('latin1') ?? null,
    psn: fields.get(FIELD.psn)?.toString('latin1') ?? null,
  };
}

function sadOf(bytes: Buffer | undefined): Sad<Buffer> | null {
  return bytes === undefined ? null : new Sad(bytes);
}

function encodeFields(fields: readonly (readonly [number, Buffer | null])[]): Buffer {
  const present = fields.filter((field): field is readonly [number, Buffer] => field[1] !== null);
  const plain = secretBuffer(present.reduce((sum, [, value]) => sum + 3 + value.length, 0));
  let at = 0;
  for (const [tag, value] of present) {
    plain[at] = tag;
    plain.writeUInt16BE(value.length, at + 1);
    value.copy(plain, at + 3);
    at += 3 + value.length;
  }
  return plain;
}

function decodeFields(plain: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  while (at < plain.length) {
    invariant(at + 3 <= plain.length, 'a sealed field has a header');
    const end = at + 3 + plain.readUInt16BE(at + 1);
    invariant(end <= plain.length, 'a sealed field ends inside its part');
    fields.set(plain[at]!, plain.subarray(at + 3, end));
    at = end;
  }
  return fields;
}
