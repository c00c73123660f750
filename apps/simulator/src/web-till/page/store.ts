import type { TillState } from './till-state.js';

/** The one value that the page shows; whoever changes it draws it again. */
export class Store {
  #state: TillState;

  constructor(
    first: TillState,
    private readonly draw: (state: TillState) => void,
  ) {
    this.#state = first;
  }

  get state(): TillState {
    return this.#state;
  }

  set(change: Partial<TillState>): void {
    this.#state = { ...this.#state, ...change };
    this.draw(this.#state);
  }
}
