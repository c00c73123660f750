import { inspect } from 'node:util';
import { invariant } from '@tsunagu/kernel';
import { FIELD_MAX, SENSITIVE_FIELDS } from './field-table.js';

/** Digits, characters and signed amounts are text (ISO 8859-1, one character a byte); binary fields are bytes. */
export type FieldValue = string | Buffer;

/**
 * One ISO 8583 message: the MTI and its fields by number.
 * However it is printed (JSON, template string, `util.inspect`) card data, PIN data, keys and free text are masked.
 */
export class IsoMessage {
  mti: string;
  readonly #slots: (FieldValue | undefined)[];

  constructor(mti: string, fields: Readonly<Record<number, FieldValue | undefined>> = {}) {
    this.mti = mti;
    this.#slots = new Array<FieldValue | undefined>(FIELD_MAX + 1).fill(undefined);
    for (const field in fields) this.set(Number(field), fields[field]);
  }

  get(field: number): FieldValue | undefined {
    return this.#slots[field];
  }

  /** The value of a text field; undefined when absent or binary. */
  text(field: number): string | undefined {
    const value = this.#slots[field];
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of a binary field; undefined when absent or text. */
  bytes(field: number): Buffer | undefined {
    const value = this.#slots[field];
    return typeof value === 'string' ? undefined : value;
  }

  /** Set a field, or leave it out when the value is undefined. */
  set(field: number, value: FieldValue | undefined): this {
    invariant(Number.isInteger(field) && field >= 2 && field <= FIELD_MAX, 'a field number is 2 to 128', { field });
    this.#slots[field] = value;
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

  /** The only form a logger may see: field number to text. The card number keeps its first six and last four digits. */
  toJSON(): Record<string, string> {
    const shown: Record<string, string> = { mti: this.mti };
    for (const field of this.fields()) shown[field] = masked(field, this.#slots[field] as FieldValue);
    return shown;
  }

  toString(): string {
    return JSON.stringify(this);
  }

  [inspect.custom](): string {
    return `IsoMessage ${JSON.stringify(this)}`;
  }
}

function masked(field: number, value: FieldValue): string {
  if (field === 2 && typeof value === 'string' && value.length >= 13) {
    return value.slice(0, 6) + '*'.repeat(value.length - 10) + value.slice(-4);
  }
  if (SENSITIVE_FIELDS.has(field) || typeof value !== 'string') return `[${value.length} masked]`;
  return value;
}
