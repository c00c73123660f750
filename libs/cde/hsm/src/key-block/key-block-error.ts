import { HsmError } from '../provider/hsm-error.js';

/**
 * A key block was refused. One answer for a wrong form, MAC, slot, strength and check value: whoever could tell them apart could
 * search for a block that passes.
 */
export class KeyBlockError extends HsmError {
  constructor() {
    super('format', 'the key block is refused');
  }
}
