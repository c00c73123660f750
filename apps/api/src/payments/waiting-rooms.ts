import type { Lane } from '@tsunagu/contracts';

/** Requests of one key that may wait for one lane: as many as it may have open at all. */
const KEY_MAX = 100;
/** Requests of all keys that may wait for one lane in one process: its share of those that may wait at once. */
const LANE_MAX = 1_500;

/**
 * A waiting room for each lane: who finds his own full is answered at once with what is known. So the payments of a silent network
 * fill their own room, and a wait for another lane is never the one that is refused (docs/adr/0063).
 */
export class WaitingRooms {
  readonly #waiting = new Map<string, number>();

  /** @returns how it leaves again, or undefined when the room is full */
  enter(lane: Lane, key: string | undefined): (() => void) | undefined {
    const names = [lane, `${lane} ${key ?? ''}`] as const;
    const [ofLane, ofKey] = names.map((name) => this.#waiting.get(name) ?? 0) as [number, number];
    if (ofLane >= LANE_MAX || ofKey >= KEY_MAX) return undefined;
    for (const name of names) this.#change(name, 1);
    return () => names.forEach((name) => this.#change(name, -1));
  }

  #change(name: string, by: number): void {
    const count = (this.#waiting.get(name) ?? 0) + by;
    if (count === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, count);
  }
}
