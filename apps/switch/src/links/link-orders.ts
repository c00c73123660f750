import { AppError, type Clock } from '@tsunagu/kernel';
import { sql, type Centre } from '@tsunagu/platform';
import { LinkElsewhereError } from '@tsunagu/switching';
import type { LinkDesk } from './link-desk.js';
import type { LinkDesks } from './link-desks.js';

/** What an operator may do to a link. `by` is who says so; it stands in the audit trail. */
export type LinkOrder = {
  readonly link: string;
  readonly by: string;
  readonly requestId: string;
} & (
  | { readonly action: 'drain' | 'resume' | 'ask-for-keys' }
  | { readonly action: 'switch-over'; readonly endpoint: string }
  | { readonly action: 'cutover'; readonly date: string }
);

/** How it went. `waiting`: another person must say the same within ten minutes. */
export interface LinkOrderAnswer {
  readonly done: boolean;
  readonly waiting: boolean;
  readonly state: string;
  readonly endpoint: string;
}

/** There is no such link. */
export class UnknownLinkError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor() {
    super('there is no link of that name');
  }
}

/** The order is not understood. Names the field, never its value. */
export class LinkOrderError extends AppError {
  readonly code = 'parameter_invalid';
  readonly category = 'invalid';

  constructor(field: string) {
    super('the order is not understood', { field });
  }
}

const TRAIL = sql(
  'link_order_write',
  `insert into switch.link_order (at, link, ordered_by, action, detail, request_id, outcome) values ($1, $2, $3, $4, $5, $6, $7)`,
);
const SECOND_WORD_MS = 600_000;
const DRAIN_MS = 30_000;
const ACTIONS = ['drain', 'resume', 'ask-for-keys', 'switch-over', 'cutover'] as const;

/** @throws LinkOrderError */
export function readLinkOrder(body: unknown): LinkOrder {
  if (typeof body !== 'object' || body === null) throw new LinkOrderError('body');
  const fields = body as Readonly<Record<string, unknown>>;
  const text = (field: string, pattern: RegExp): string => {
    const value = fields[field];
    if (typeof value !== 'string' || !pattern.test(value)) throw new LinkOrderError(field);
    return value;
  };
  const common = {
    link: text('link', /^[a-z][a-z0-9-]{0,30}$/),
    by: text('by', /^[\x21-\x7e]{1,64}$/),
    requestId: text('requestId', /^[\x21-\x7e]{1,200}$/),
  };
  const action = ACTIONS.find((one) => one === fields['action']);
  if (action === undefined) throw new LinkOrderError('action');
  if (action === 'switch-over') return { ...common, action, endpoint: text('endpoint', /^[a-z][a-z0-9-]{0,30}$/) };
  if (action === 'cutover') return { ...common, action, date: text('date', /^\d{6}$/) };
  return { ...common, action };
}

/** Carries out what operators order, at the process that leads the link. */
export class LinkOrders {
  /** First words for a disaster centre: who, and until when the second word counts. */
  readonly #firstWords = new Map<string, { readonly by: string; readonly untilMs: number }>();

  constructor(
    private readonly desks: LinkDesks,
    private readonly clock: Clock,
    private readonly centre: Centre,
  ) {}

  /** @throws UnknownLinkError, LinkElsewhereError, EndpointError */
  async carryOut(order: LinkOrder): Promise<LinkOrderAnswer> {
    const desk = this.desks.desk(order.link);
    if (desk === undefined) throw new UnknownLinkError();
    if (!desk.isLed) throw new LinkElsewhereError(order.link);
    const { isDone, isWaiting } = await this.#actAndTell(desk, order);
    const { state, endpoint } = desk.line;
    return { done: isDone, waiting: isWaiting, state, endpoint: endpoint.name };
  }

  /** Every order stands in the trail, also one that failed. */
  async #actAndTell(desk: LinkDesk, order: LinkOrder): Promise<{ isDone: boolean; isWaiting: boolean }> {
    try {
      const done = await this.#act(desk, order);
      await this.#write(order, done.isWaiting ? 'waiting' : done.isDone ? 'done' : 'refused');
      return done;
    } catch (error) {
      await this.#write(order, 'failed');
      throw error;
    }
  }

  async #write(order: LinkOrder, outcome: 'done' | 'refused' | 'waiting' | 'failed'): Promise<void> {
    const detail = order.action === 'switch-over' ? order.endpoint : order.action === 'cutover' ? order.date : '';
    const values = [this.clock.now(), order.link, order.by, order.action, detail, order.requestId, outcome];
    await this.centre.query(TRAIL, values);
  }

  async #act(desk: LinkDesk, order: LinkOrder): Promise<{ isDone: boolean; isWaiting: boolean }> {
    const { line } = desk;
    switch (order.action) {
      case 'drain':
        await line.drain(DRAIN_MS);
        return DONE;
      case 'resume':
        await line.resume();
        return DONE;
      case 'ask-for-keys':
        return { isDone: await line.askForKeys(), isWaiting: false };
      case 'cutover':
        return { isDone: await line.cutover(order.date), isWaiting: false };
      case 'switch-over': {
        const isApproved = this.#hasSecondWord(order.link, order.endpoint, order.by);
        if (line.needsTwo(order.endpoint) && !isApproved) return { isDone: false, isWaiting: true };
        await line.switchTo(order.endpoint, isApproved);
        return { isDone: line.endpoint.name === order.endpoint, isWaiting: false };
      }
    }
  }

  /** @returns whether somebody else said the same before; if not, this is the first word */
  #hasSecondWord(link: string, endpoint: string, by: string): boolean {
    const what = `${link}/${endpoint}`;
    const first = this.#firstWords.get(what);
    const now = this.clock.monotonicMs();
    if (first !== undefined && first.by !== by && now < first.untilMs) return this.#firstWords.delete(what);
    this.#firstWords.set(what, { by, untilMs: now + SECOND_WORD_MS });
    return false;
  }
}

const DONE = { isDone: true, isWaiting: false };
