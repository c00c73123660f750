import { inspect } from 'node:util';
import { Secret, invariant } from '@tsunagu/kernel';
import { mayHoldCardNumber } from './card-number.js';
import { contentFault } from './content.js';
import { FIELD_MAX, FIELD_TABLE } from './field-table.js';
import type { HeaderValues } from './interchange-header.js';

/** Digits, characters and signed amounts are text (one character a byte unless the spec says Shift_JIS or UTF-8); binary fields are bytes. */
export type FieldValue = string | Buffer;
/** What a message gives out: the value itself, or wrapped where nobody may print it. */
export type FieldContent = FieldValue | Secret<FieldValue>;

/** Fields that no log, error or dump may show, by number. */
export type SensitiveFields = readonly (boolean | undefined)[];

const TSN93_SENSITIVE = sensitiveFields(FIELD_TABLE);

/** Which fields of a table are sensitive. A field that the table does not have is. */
export function sensitiveFields(fields: readonly { field: number; isSensitive: boolean }[]): SensitiveFields {
  const sensitive = new Array<boolean>(FIELD_MAX + 1).fill(true);
  for (const { field, isSensitive } of fields) sensitive[field] = isSensitive;
  return sensitive;
}

type Slots = (FieldValue | undefined)[];

const NO_SLOTS: Slots = [];

let readSlots: (message: IsoMessage) => Slots;
let adoptSlots: (mti: string, slots: Slots, sensitive: SensitiveFields) => IsoMessage;

/** The values of a message by field number, revealed: for the codec alone, which the index of this lib does not hand on. */
export function slotsOf(message: IsoMessage): readonly (FieldValue | undefined)[] {
  return readSlots(message);
}

/** A message around values that were read from the wire, without copying them. */
export function messageAround(mti: string, slots: Slots, sensitive: SensitiveFields): IsoMessage {
  return adoptSlots(mti, slots, sensitive);
}

export function emptySlots(): Slots {
  return new Array<FieldValue | undefined>(FIELD_MAX + 1).fill(undefined);
}

/**
 * One ISO 8583 message: the MTI and its fields by number.
 *
 * The values are in a private member: JSON, template strings, `console.log`, `util.inspect` and structured clones show the mask or nothing.
 * `get` hands sensitive fields out as a {@link Secret}; `text` and `bytes` reveal one field that the caller names.
 */
export class IsoMessage {
  mti: string;
  /** What stands before the MTI on a link that has an interchange header; undefined elsewhere. */
  header: HeaderValues | undefined = undefined;
  #slots: Slots;
  readonly #sensitive: SensitiveFields;

  static {
    readSlots = (message) => message.#slots;
    adoptSlots = (mti, slots, sensitive) => {
      const message = new IsoMessage(mti, null, sensitive);
      message.#slots = slots;
      return message;
    };
  }

  constructor(
    mti: string,
    fields: Readonly<Record<number, FieldContent | undefined>> | null = {},
    sensitive: SensitiveFields = TSN93_SENSITIVE,
  ) {
    this.mti = mti;
    this.#sensitive = sensitive;
    this.#slots = NO_SLOTS;
    if (fields === null) return; // messageAround brings them
    this.#slots = emptySlots();
    for (const field in fields) this.set(Number(field), fields[field]);
  }

  /** The value of a field; a sensitive one is wrapped. For copying and comparing: {@link set} takes both. */
  get(field: number): FieldContent | undefined {
    const value = this.#slots[field];
    return value !== undefined && this.#sensitive[field] === true ? new Secret(value) : value;
  }

  /** The value of a text field, revealed; undefined when absent or binary. */
  text(field: number): string | undefined {
    const value = this.#slots[field];
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of a binary field, revealed; undefined when absent or text. */
  bytes(field: number): Buffer | undefined {
    const value = this.#slots[field];
    return typeof value === 'string' ? undefined : value;
  }

  /** Set a field, or leave it out when the value is undefined. */
  set(field: number, value: FieldContent | undefined): this {
    invariant(Number.isInteger(field) && field >= 2 && field <= FIELD_MAX, 'a field number is 2 to 128', { field });
    this.#slots[field] = value instanceof Secret ? value.reveal() : value;
    return this;
  }

  has(field: number): boolean {
    return this.#slots[field] !== undefined;
  }

  /** Numbers of the fields that are present, ascending. */
  fields(): number[] {
    const present: number[] = [];
    for (let field = 2; field <= FIELD_MAX; field++) if (this.#slots[field] !== undefined) present.push(field);
    return present;
  }

  /**
   * The only form a logger may see: field number to text. The card number keeps its first six and last four digits; another field
   * that holds what may be one is masked too.
   */
  toJSON(): Record<string, string> {
    const shown: Record<string, string> = { mti: this.mti };
    for (const field of this.fields()) shown[field] = this.#masked(field, this.#slots[field] as FieldValue);
    return shown;
  }

  toString(): string {
    return JSON.stringify(this);
  }

  [inspect.custom](): string {
    return `IsoMessage ${JSON.stringify(this)}`;
  }

  #masked(field: number, value: FieldValue): string {
    if (field === 2 && typeof value === 'string' && value.length >= 13) {
      return value.slice(0, 6) + '*'.repeat(value.length - 10) + value.slice(-4);
    }
    if (typeof value !== 'string' || this.#sensitive[field] === true) return `[${value.length} masked]`;
    return mayHoldCardNumber(value) && !isOriginalData(value) ? `[${value.length} masked]` : value;
  }
}

/** Field 56 is 24 digits and more by its layout; masked by chance it would name no original. */
function isOriginalData(value: string): boolean {
  return contentFault('original-data', value) === undefined;
}

/**
 * A message as people and logs may read it: MTI and fields by number, card data as a mask.
 * @example mask(message)['2'] // '353011******0000'
 */
export function mask(message: IsoMessage): Record<string, string> {
  return message.toJSON();
}
