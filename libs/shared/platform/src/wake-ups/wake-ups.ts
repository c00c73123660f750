/** Hears which payment moved. Must not throw. */
export type WakeUpHandler = (paymentId: string) => void;

/**
 * Wakes the api process that holds a till's request. A lost wake-up costs the till one poll, never the truth:
 * publishing never throws, and listeners read the row.
 */
export abstract class WakeUps {
  /** @param node `NODE_NAME` of the process that waits */
  abstract publish(node: string, paymentId: string): Promise<void>;
  /** Listen on this process's own channel. @returns how to stop */
  abstract subscribe(handler: WakeUpHandler): () => void;
  /** Resolves when the channel is being heard. */
  abstract listening(): Promise<void>;
}
