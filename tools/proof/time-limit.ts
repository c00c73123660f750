/** When a call must end at the latest. */
export interface TimeLimit {
  readonly ms: number;
  /** Ends the call before its time. */
  readonly signal: AbortSignal;
}

/**
 * Work with a signal that ends when its time is over, or when another signal ends.
 *
 * Not `AbortSignal.any` with `AbortSignal.timeout`: Node.js 20 forgets such a pair when it collects garbage, and the call hangs for ever.
 * The timer here is held by the event loop until the work is done.
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  const stop = () => end.abort(limit.signal.reason);
  const timer = setTimeout(() => end.abort(new DOMException('this call took too long', 'TimeoutError')), limit.ms);
  limit.signal.addEventListener('abort', stop, { once: true });
  try {
    if (limit.signal.aborted) stop();
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', stop);
  }
}
