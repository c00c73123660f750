/** What a renewal found out. */
export interface LeaseRenewal {
  /** False: somebody declared this life dead, and others took its claims over. */
  readonly isHeld: boolean;
  /** Whether another life is missed, or was missed within the last minute. */
  readonly hasDead: boolean;
}

/**
 * Which workers live, by the database's clock. A life is one incarnation of one process: it is renewed while it lives, declared
 * dead once, and never comes back. Methods may be repeated and may be cut off anywhere.
 */
export abstract class WorkerLeases {
  /** Begin to live. @param life first: the process has just started, so former lives of its node are over */
  abstract open(life: {
    readonly incarnation: string;
    readonly node: string;
    readonly isFirst: boolean;
  }): Promise<void>;

  /** Live on. @param deadAfterMs a life that was not renewed for so long is missed */
  abstract renew(incarnation: string, deadAfterMs: number): Promise<LeaseRenewal>;

  /** Declare this life over; its claims are found by the next {@link handOver}. */
  abstract end(incarnation: string): Promise<void>;

  /**
   * Declare missed lives dead and make the attempts they claimed due at once. One finder at a time judges a life.
   * @returns how many attempts were handed over, at most `limit`
   */
  abstract handOver(query: { readonly deadAfterMs: number; readonly limit: number }): Promise<number>;
}
