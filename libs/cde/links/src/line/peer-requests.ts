import type { IsoMessage } from '@tsunagu/iso8583';
import type { Connection } from './connection.js';
import type { LineMeans } from './line-means.js';
import { NETWORK_ACCEPTED, NETWORK_FUNCTION, networkAnswer } from './network-message.js';

/** What the counterpart may do to a link by asking. */
export interface PeerEffects {
  readonly link: string;
  readonly means: LineMeans;
  /** The counterpart takes no new work until it signs on again (803, 806). */
  refuseWork(functionCode: string): void;
  takeWork(): void;
  /** The counterpart moves to its backup (804). */
  switchOver(): void;
  /** Pause before we ask to sign on again after an 802. */
  readonly signOnAgainMs: number;
}

const MAC_WRONG = '916';
const NETWORK_CLASS = '8';
const NOTIFICATION = '4';
/** What people should hear of. */
const NOTICES: readonly string[] = [
  NETWORK_FUNCTION.targetUnavailable,
  NETWORK_FUNCTION.inBackup,
  NETWORK_FUNCTION.specialInstruction,
  NETWORK_FUNCTION.alternateRouting,
  NETWORK_FUNCTION.securityAlert,
];

/** Answers what the counterpart asks: network management here, anything else by whoever understands it. */
export class PeerRequests {
  constructor(private readonly effects: PeerEffects) {}

  async serve(connection: Connection, message: IsoMessage): Promise<void> {
    if (message.mti[1] !== NETWORK_CLASS) return this.#pass(connection, message);
    const functionCode = message.text(24) ?? '';
    const actionCode = await this.#actionFor(functionCode, message);
    this.#reply(connection, message, actionCode);
    if (actionCode === NETWORK_ACCEPTED) this.#react(connection, functionCode, message);
  }

  /** A request whose MAC is wrong is answered with 916 and never looked at. */
  refuse(connection: Connection, message: IsoMessage): void {
    if (message.mti[1] === NETWORK_CLASS) this.#reply(connection, message, MAC_WRONG);
  }

  async #actionFor(functionCode: string, message: IsoMessage): Promise<string> {
    if (functionCode !== NETWORK_FUNCTION.keyChange) return NETWORK_ACCEPTED;
    return (await this.effects.means.keys?.install(message)) ?? '918';
  }

  #react(connection: Connection, functionCode: string, message: IsoMessage): void {
    const { link, means } = this.effects;
    if (NOTICES.includes(functionCode)) means.observer.onNotice?.(link, functionCode);
    switch (functionCode) {
      case NETWORK_FUNCTION.signOn:
        this.effects.takeWork();
        return connection.signedOn();
      case NETWORK_FUNCTION.signOff:
        return connection.signedOff(this.effects.signOnAgainMs);
      case NETWORK_FUNCTION.targetUnavailable:
      case NETWORK_FUNCTION.alternateRouting:
        return this.effects.refuseWork(functionCode);
      case NETWORK_FUNCTION.inBackup:
        return this.effects.switchOver();
      case NETWORK_FUNCTION.cutover:
        return this.#cutOver(message.text(15));
    }
  }

  #cutOver(date: string | undefined): void {
    const { link, means } = this.effects;
    if (date !== undefined) means.observer.onCutover?.(link, date);
  }

  async #pass(connection: Connection, message: IsoMessage): Promise<void> {
    const { link, means } = this.effects;
    const answer = await means.answerRequest?.(message);
    if (answer === undefined) means.observer.onStray?.(link, { kind: 'unmatched', message });
    else await this.#write(connection, answer);
  }

  #reply(connection: Connection, request: IsoMessage, actionCode: string): void {
    if (request.mti[2] === NOTIFICATION) return;
    void this.#write(connection, networkAnswer(request, this.effects.means.clock.now(), actionCode));
  }

  async #write(connection: Connection, answer: IsoMessage): Promise<void> {
    const { session } = connection;
    const bytes = session?.encode(answer);
    if (bytes !== undefined) session?.write(bytes instanceof Promise ? await bytes : bytes);
  }
}
