import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A value that must not be printed: card data, keys, credentials.
 * JSON, template strings, `console.log` and `util.inspect` all show a mask; only `reveal()` gives the value.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Every call is a place a reviewer looks at. */
  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return MASK;
  }

  toString(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
