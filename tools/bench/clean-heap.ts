import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Let the garbage of one way be collected before the next is measured: a cipher is freed by the collector, long after it was used, and
 * would be charged to whoever comes after.
 */
export function cleanHeap(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
