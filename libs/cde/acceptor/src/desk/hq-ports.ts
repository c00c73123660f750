import type { HqIntakePort, OpenCardAnswer } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';
import type { HqCard } from '../message/card.js';
import type { HqRegister } from '../register/hq-register.js';

/** Makes a token and an envelope of a card that came by a line. @throws RemoteError */
export abstract class HqCardDoor {
  abstract open(
    asked: { tenantId: string; terminalId: string; intent: string; requestId: string },
    card: HqCard,
  ): Promise<OpenCardAnswer>;
}

type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What operators hear of the lines. Words and codes, never values. */
export abstract class HqLog {
  abstract note(message: string, facts: Facts): void;
  /** Somebody must look at this. */
  abstract alarm(message: string, facts: Facts): void;
  /** One message and what it was answered. */
  abstract answered(link: string, mti: string, actionCode: string): void;
}

/** What the lines that come in need of their house. */
export interface HqPorts {
  readonly register: HqRegister;
  readonly cards: HqCardDoor;
  readonly intake: HqIntakePort;
  readonly clock: Clock;
  readonly log: HqLog;
  /** Name of this process in claims. */
  readonly owner: string;
}
