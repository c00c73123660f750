import { sql, type Centre } from '@tsunagu/platform';
import type { SafKind, SafState } from '../journal/journal.js';

const PAGE = 100;
const LIST = sql(
  'saf_list',
  `select attempt_id as "attemptId", kind, state, link, terminal, reason_code as "reasonCode", action_code as "actionCode",
     amount_minor::text as "amountMinor", currency, queued_at as "queuedAt", first_sent_at as "firstSentAt", next_at as "nextAt", sends,
     place::text, attempt_state as "attemptState", asked_by as "askedBy" from switch.saf_list($1, $2, $3, $4)`,
);
const RETRY = sql('saf_retry', 'select switch.saf_retry($1, $2, $3) as link');
const ORDER = sql('saf_order', 'select switch.saf_order($1, $2, $3, $4, $5) as done');
const APPROVE = sql('saf_approve', 'select switch.saf_approve($1, $2, $3, $4) as done');

/** One entry as an operator sees it: references and amounts, nothing of a card. */
export interface SafLine {
  readonly attemptId: string;
  readonly kind: SafKind;
  readonly state: SafState;
  readonly link: string;
  readonly terminal: string;
  readonly reasonCode: string;
  readonly actionCode: string | null;
  readonly amountMinor: string;
  readonly currency: string;
  readonly queuedAt: Date;
  readonly firstSentAt: Date | null;
  readonly nextAt: Date;
  readonly sends: number;
  /** Where the next page begins. */
  readonly place: string;
  readonly attemptState: string;
  /** The first of the two people who give it up. */
  readonly askedBy: string | null;
}

/** Names an entry. */
export interface SafName {
  readonly attemptId: string;
  readonly kind: SafKind;
}

/** Store-and-forward in people's hands. Each method may throw DatabaseUnavailableError. */
export class SafDesk {
  constructor(private readonly centre: Centre) {}

  /** A page, oldest first. @param after `place` of the last line of the page before; '0' at the beginning */
  list(filter: { link?: string; states: readonly SafState[]; after: string }): Promise<SafLine[]> {
    return this.centre.query<SafLine>(LIST, [filter.link ?? null, filter.states, filter.after, PAGE]);
  }

  /** Send an entry of the error list again, under its own names. @returns its link; undefined when it is not there, or its end is known */
  async retry({ attemptId, kind }: SafName, at: Date): Promise<string | undefined> {
    const [row] = await this.centre.query<{ link: string | null }>(RETRY, [attemptId, kind, at]);
    return row?.link ?? undefined;
  }

  /** The first person. @returns false when there is no such open entry */
  async orderGivingUp({ attemptId, kind }: SafName, facts: { by: string; reason: string; at: Date }): Promise<boolean> {
    return this.#done(ORDER, [attemptId, kind, nameOf(facts.by), facts.reason, facts.at]);
  }

  /** The second person: the entry ends and its attempt is in doubt. @returns false when nobody else has ordered it */
  async approveGivingUp({ attemptId, kind }: SafName, facts: { by: string; at: Date }): Promise<boolean> {
    return this.#done(APPROVE, [attemptId, kind, nameOf(facts.by), facts.at]);
  }

  async #done(statement: ReturnType<typeof sql>, values: Parameters<Centre['query']>[1]): Promise<boolean> {
    return (await this.centre.query<{ done: boolean }>(statement, values))[0]?.done === true;
  }
}

/** One person is one name, however it is typed. */
function nameOf(name: string): string {
  return name.trim().toLowerCase();
}
