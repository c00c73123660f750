import type { HqIntakePort, OpenCardAnswer } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import type { HqCard } from '../message/card.js';
import type { HqLine, HqRegister } from '../register/hq-register.js';

/** Makes a token and an envelope of a card that came by a line. @throws RemoteError */
export abstract class HqCardDoor {
  abstract open(
    asked: { tenantId: string; terminalId: string; intent: string; requestId: string },
    card: HqCard,
  ): Promise<OpenCardAnswer>;
}

/** Files that a server keeps with us, by 1304 and 1324: its blocked cards. A card number is in them, and is not kept. */
export abstract class HqFileDoor {
  /** Do what a complete message says, for the payments of the line's tenant alone. @returns its action code @source iso8583-1993.md §11 */
  abstract act(line: HqLine, message: IsoMessage): Promise<string>;
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
  readonly files: HqFileDoor;
  readonly intake: HqIntakePort;
  readonly clock: Clock;
  readonly log: HqLog;
  /** Name of this process in claims. */
  readonly owner: string;
}
