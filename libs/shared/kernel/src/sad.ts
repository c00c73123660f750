import { Secret } from './secret.js';

/**
 * Sensitive authentication data in the clear: a full track, EMV data, a PIN block.
 *
 * It may be sealed or put into one message, and nothing else: it is no value of a statement (`Storable`), no JSON, no log fact,
 * so a path from here to a table does not compile.
 * @source PCI DSS v4.0.1 3.3.1, 3.3.2
 */
export class Sad<T> extends Secret<T> {
  /** Only in the type: makes it another thing than any other secret. */
  declare private readonly kind: 'sad';
}
