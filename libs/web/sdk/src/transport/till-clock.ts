/** Time as the SDK sees it; tests bring their own. */
export interface TillClock {
  /** Milliseconds of the device's clock: it may be wrong, and it may jump. Nothing about money depends on it. */
  wallMs(): number;
  /** Milliseconds that only grow: patience is measured with them. */
  monotonicMs(): number;
  /** Rejects with the reason of the signal when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Rings once after so many milliseconds. @returns stops it */
  timer(ms: number, ring: () => void): () => void;
}

/** The clock of a browser or of Node. */
export const systemClock: TillClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  timer: (ms, ring) => {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(done, ms);
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop, { once: true });
      function done() {
        signal.removeEventListener('abort', stop);
        resolve();
      }
    }),
};
