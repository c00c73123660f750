import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How a process says that a key did not do its work: codes of the HSM and of envelopes. Custodians' own refusals are not among them. */
const REFUSALS = /"(hsm_key_usage_denied|hsm_key_unknown|envelope_unreadable)"/;

/** Lines in the logs of a house that tell of a key that was refused, unknown or gone. */
export function countKeyRefusals(folder: string): number {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => REFUSALS.test(line)).length;
}
