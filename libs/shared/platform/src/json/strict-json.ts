import { AppError } from '@tsunagu/kernel';

const DEPTH_MAX = 8;
const KEYS_MAX = 200;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const CANONICAL_INTEGER = /^(0|[1-9][0-9]{0,14})$/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y; // oxlint-disable-line no-control-regex -- these are exactly the characters that JSON forbids in a string
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
/** Characters no text of ours may hold, even when they were escaped. */
const CONTROL = /[\u0000-\u001f\u007f]/; // oxlint-disable-line no-control-regex -- refusing them is the rule

/** With the u flag a proper pair is one character above U+FFFF; only a lone half still is a surrogate. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export type StrictJsonCode = 'invalid_json' | 'duplicate_key' | 'body_too_deep';

/** The body is not strict JSON. `pointer` (RFC 6901) leads to the place; it never holds a value. */
export class StrictJsonError extends AppError {
  readonly category = 'invalid';

  constructor(
    readonly code: StrictJsonCode,
    readonly pointer: string,
  ) {
    super('the body is not strict JSON', { pointer });
  }
}

/**
 * A number that is not a canonical integer of at most 15 digits: `1.0`, `1e3`, `-0`, `007` cannot arrive as one.
 * It stands in the place of the value, so that validation answers `amount_invalid` or `parameter_invalid` with the
 * pointer and all other field errors, instead of refusing the whole body.
 */
export class NonCanonicalNumber {
  /** The literal as it was sent; a number by its grammar, and still the caller's text. */
  constructor(readonly literal: string) {}

  toJSON(): string {
    return 'non-canonical number';
  }
}

/**
 * Parse a request body by the strict rules of the public API.
 *
 * Refused: invalid UTF-8, a byte order mark, duplicate keys, control characters (also escaped), lone surrogates,
 * more than 8 levels, more than 200 keys in an object, the keys `__proto__`, `constructor`, `prototype`.
 * Linear in the size of the body; the caller limits the size before.
 *
 * @returns plain values; numbers that are not canonical integers are {@link NonCanonicalNumber}
 * @throws StrictJsonError `invalid_json`, `duplicate_key`, `body_too_deep`
 * @source RFC 8259, RFC 7493 (I-JSON) §2; reference/security-reliability.md G2, G3, G6
 * @example parseStrictJson(Buffer.from('{"amount":1500}')) // { amount: 1500 }
 */
export function parseStrictJson(body: Uint8Array): unknown {
  return new StrictParser(decodeUtf8(body)).parse();
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new StrictJsonError('invalid_json', '');
  }
}

class StrictParser {
  #at = 0;
  readonly #path: string[] = [];

  constructor(private readonly text: string) {}

  parse(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at !== this.text.length) this.#refuse();
    return value;
  }

  #value(): unknown {
    this.#space();
    switch (this.text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(): Record<string, unknown> {
    this.#descend();
    const object: Record<string, unknown> = {};
    let count = 0;
    this.#at += 1;
    while (!this.#closes('}', count)) {
      const key = this.#key(object);
      count += 1;
      if (count > KEYS_MAX) this.#refuse();
      this.#space();
      this.#expect(':');
      object[key] = this.#value();
      this.#path.pop();
    }
    this.#depth -= 1;
    return object;
  }

  /** Read a key and step into it, so that errors point at it. */
  #key(object: Record<string, unknown>): string {
    this.#space();
    if (this.text[this.#at] !== '"') this.#refuse();
    const key = this.#string();
    this.#path.push(key);
    if (FORBIDDEN_KEYS.has(key)) this.#refuse();
    if (Object.hasOwn(object, key)) this.#refuse('duplicate_key');
    return key;
  }

  #array(): unknown[] {
    this.#descend();
    const array: unknown[] = [];
    this.#at += 1;
    while (!this.#closes(']', array.length)) {
      this.#path.push(String(array.length));
      array.push(this.#value());
      this.#path.pop();
    }
    this.#depth -= 1;
    return array;
  }

  /** Whether the container ends here; otherwise the comma before the next member has been read. */
  #closes(bracket: string, membersRead: number): boolean {
    this.#space();
    if (this.text[this.#at] === bracket) {
      this.#at += 1;
      return true;
    }
    if (membersRead > 0) this.#expect(',');
    return false;
  }

  #depth = 0;

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#refuse('body_too_deep');
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      PLAIN_TEXT.lastIndex = this.#at;
      const plain = PLAIN_TEXT.exec(this.text)?.[0] ?? '';
      value += plain;
      this.#at += plain.length;
      const next = this.text[this.#at];
      if (next === '"') break;
      if (next !== '\\') this.#refuse();
      value += this.#escape();
    }
    this.#at += 1;
    if (CONTROL.test(value) || LONE_SURROGATE.test(value)) this.#refuse();
    return value;
  }

  #escape(): string {
    const letter = this.text[this.#at + 1] ?? '';
    this.#at += 2;
    if (letter !== 'u') return ESCAPES[letter] ?? this.#refuse();
    const hex = this.text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#refuse();
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): number | NonCanonicalNumber {
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.text)?.[0];
    if (literal === undefined) return this.#refuse();
    this.#at += literal.length;
    return CANONICAL_INTEGER.test(literal) ? Number(literal) : new NonCanonicalNumber(literal);
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) this.#refuse();
    this.#at += word.length;
    return value;
  }

  #expect(character: string): void {
    if (this.text[this.#at] !== character) this.#refuse();
    this.#at += 1;
  }

  #space(): void {
    while (this.#at < this.text.length && ' \t\n\r'.includes(this.text[this.#at] as string)) this.#at += 1;
  }

  /** Only names of members we could have declared are shown; any other name is the caller's text. */
  #refuse(code: StrictJsonCode = 'invalid_json'): never {
    const steps = this.#path.map((step) => (/^[A-Za-z0-9_]{1,40}$/.test(step) && !/[0-9]{6}/.test(step) ? step : '*'));
    throw new StrictJsonError(code, steps.length === 0 ? '' : `/${steps.join('/')}`);
  }
}
