import { CardDataInvalidError, KsnReplayError, KsnStaleError } from '../vault-errors.js';

/** Result word of a refusal that is the card's fault; undefined for faults of ours, which leave no mark on the device. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof CardDataInvalidError) return error.fault;
  return error instanceof KsnReplayError || error instanceof KsnStaleError ? error.code : undefined;
}
