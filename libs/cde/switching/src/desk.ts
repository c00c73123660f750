import type { CardBrand, RouteWhy, SealedEnvelope, SubmitRequest } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { CardAtHand, Connector, LinkConfig, SendOptions, SendResult } from '@tsunagu/links';
import type { ErrorFacts } from '@tsunagu/kernel';

/** The line as the switching service sees it; `Line` of @tsunagu/links is one, a simulated wire is another. */
export interface SwitchLine {
  readonly config: LinkConfig;
  readonly isReady: boolean;
  nextStan(): Promise<string>;
  send(message: IsoMessage, timeoutMs: number, options?: SendOptions): Promise<SendResult>;
  /** Tell the counterpart a new business date (821). @param date YYMMDD @returns whether it accepted it */
  cutover?(date: string): Promise<boolean>;
}

/** One counterpart: its line, its way of saying things, and whether this process leads it. */
export interface Desk {
  readonly line: SwitchLine;
  readonly connector: Connector;
  /** Fencing number of the lease; null while another process leads the link, or nobody does. Read in the instant of a write. */
  readonly lease: { readonly fence: number | null };
  /** Another process leads, will lead, or nobody does yet: what would be sent belongs there. Absent where there is one process only. */
  readonly isElsewhere?: boolean;
}

/** Where an attempt goes. `refusal`: it may not leave, whatever its link says. */
export interface Routed {
  readonly desk: Desk | undefined;
  readonly why?: RouteWhy;
  readonly refusal?: string;
}

/** Where a brand or a link name leads. */
export abstract class Desks {
  abstract forBrand(brand: CardBrand): Desk | undefined;
  abstract forLink(link: string): Desk | undefined;

  /**
   * Decide where a request goes: by its brand alone, unless there is a routing table.
   * @param originalLink link of the attempt that it refers to, which then decides
   */
  route(request: SubmitRequest, originalLink?: string): Promise<Routed> {
    const desk = originalLink === undefined ? this.forBrand(request.brand) : this.forLink(originalLink);
    return Promise.resolve({ desk });
  }
}

/** Opens sealed card data for one message of one link; a PIN comes out under the link's own key. */
export abstract class Envelopes {
  /**
   * @returns card data, and how to wipe it once the message is built
   * @throws EnvelopeError the data key is gone, or the envelope is forged; HsmError no answer from the HSM
   */
  abstract open(
    tenantId: string,
    envelope: SealedEnvelope,
    link: LinkConfig,
  ): Promise<{ card: CardAtHand; wipe(): void }>;
}

/** What the switching service tells people: constant messages, allow-listed facts. An alarm needs somebody to look. */
export abstract class SwitchingLog {
  abstract note(message: string, facts: ErrorFacts): void;
  abstract alarm(message: string, facts: ErrorFacts): void;
}
