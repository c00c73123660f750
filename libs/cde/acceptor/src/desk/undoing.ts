import { newId } from '@tsunagu/kernel';
import { ACTION } from '../message/action.js';
import type { HqDesk } from './hq-desk.js';
import type { HqPorts } from './hq-ports.js';
import { refusalCode } from './outcome-answer.js';

const PAGE = 50;
/** Entries are asked for again by a repeat, a reversal or a refund of them. */
const KEEP_DAYS = 200;
const FORGET_PAGE = 1_000;

/**
 * The promise behind 911 and 400: what a server was told is undone, is. Rounds of it may run in any process and at the same time:
 * giving up twice is giving up once.
 */
export class Undoing {
  constructor(private readonly ports: HqPorts) {}

  /** @returns references whose undoing was ordered in this round */
  async round({ line }: HqDesk): Promise<number> {
    const { register, clock } = this.ports;
    let done = 0;
    for (const reference of await register.toUndo(line, clock.now(), PAGE)) {
      const how = await this.#giveUp(line.tenantId, reference);
      await register.noteUndo(line, reference, how, clock.now());
      if (how === 'done') done += 1;
      if (how === 'refused')
        this.ports.log.alarm('a payment of a line cannot be undone', { link: line.link, reference });
    }
    return done;
  }

  /** What a process that died took and nobody was told: nobody will be told yes. */
  async abandon(desk: HqDesk): Promise<number> {
    const answer = { actionCode: ACTION.timedOut, businessDate: await desk.businessDate() };
    return this.ports.register.abandon(desk.line, this.ports.clock.now(), answer);
  }

  async forget({ line }: HqDesk): Promise<number> {
    const { register, clock } = this.ports;
    return register.forget(line, new Date(clock.now().getTime() - KEEP_DAYS * 86_400_000), FORGET_PAGE);
  }

  async #giveUp(tenantId: string, reference: string): Promise<'done' | 'refused' | 'later'> {
    try {
      await this.ports.intake.giveUp({ tenantId, requestId: `hq-${newId(this.ports.clock.now())}`, reference });
      return 'done';
    } catch (error) {
      return refusalCode(error) === undefined ? 'later' : 'refused';
    }
  }
}
