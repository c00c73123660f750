import type { Lane } from '@tsunagu/contracts';
import { AppError, type Clock } from '@tsunagu/kernel';
import { RemoteError, type SwitchPeers } from '@tsunagu/platform';
import { LinkElsewhereError } from '@tsunagu/switching';
import type { LinkDesks } from './link-desks.js';

/** A hand-over takes five seconds at most; then the caller is told to ask again, and nothing was refused. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 100;

/** Nobody leads the link, and nobody took it over in time. Nothing is known: asking again is safe. */
export class NobodyLeadsError extends AppError {
  readonly code = 'card_service_unavailable';
  readonly category = 'outcome_unknown';
  readonly status = 503;

  constructor(link: string) {
    super('no switch leads the link at this moment; ask again', { link });
  }
}

/** One thing to do for a link: here if this process leads it, else by asking the one that does. */
export interface LinkErrand<Answer> {
  here(): Promise<Answer>;
  /** Door of a replica that does it there or refuses, and what it is told. */
  readonly door: string;
  readonly body: { readonly requestId: string; readonly method?: Lane };
}

/** Does errands for links wherever they are led, and waits through a hand-over. */
export class LedElsewhere {
  constructor(
    private readonly desks: LinkDesks,
    private readonly peers: SwitchPeers,
    private readonly clock: Clock,
  ) {}

  /** @throws RemoteError, NobodyLeadsError, and whatever `here` throws but {@link LinkElsewhereError} */
  async run<Answer>(errand: LinkErrand<Answer>): Promise<Answer> {
    const until = this.clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      const answer = await this.#here(errand);
      if (!(answer instanceof LinkElsewhereError)) return answer;
      const there = await this.#there(answer.link, errand);
      if (there !== undefined) return there.answer;
      if (this.clock.monotonicMs() > until) throw new NobodyLeadsError(answer.link);
      await this.clock.sleep(LOOK_MS);
    }
  }

  async #here<Answer>(errand: LinkErrand<Answer>): Promise<Answer | LinkElsewhereError> {
    try {
      return await errand.here();
    } catch (error) {
      if (error instanceof LinkElsewhereError) return error;
      throw error;
    }
  }

  /** @returns undefined when nobody else leads it now, or its leader has just gone */
  async #there<Answer>(link: string, { door, body }: LinkErrand<Answer>): Promise<{ answer: Answer } | undefined> {
    const answer = await this.ask<Answer>(link, door, body);
    return answer === undefined ? undefined : { answer };
  }

  /** Ask whoever else leads the link, once. @returns undefined when nobody does, or its leader has just gone @throws RemoteError */
  async ask<Answer>(link: string, door: string, body: LinkErrand<Answer>['body']): Promise<Answer | undefined> {
    const address = await this.desks.desk(link)?.lease.holder();
    if (address === undefined) return undefined;
    try {
      return await this.peers.ask<Answer>(address, door, body);
    } catch (error) {
      if (error instanceof RemoteError && MOVED.includes(error.code)) return undefined;
      throw error;
    }
  }
}

/** The leader has moved on, or is not there: every door is idempotent, so it is looked for again. */
const MOVED = ['link_elsewhere', 'card_service_unavailable'];
