import { IsoMessage, originalDataElements } from '@tsunagu/iso8583';
import { CURRENCIES, invariant } from '@tsunagu/kernel';
import {
  transmissionTime,
  type AcknowledgementReading,
  type AnswerReading,
  type BuildFacts,
  type Connector,
  type OriginalMessage,
} from '@tsunagu/links';
import { cardFields } from './card-fields.js';
import { placeName } from './place-name.js';
import { privateData } from './private-data.js';
import { readAcknowledgement, readAnswer } from './read-answer.js';
import { Tsn93FileActions } from './tsn93-file-action.js';
import { Tsn93Reconciliation } from './tsn93-reconciliation.js';
import type { Tsn93Profile } from './tsn93-profile.js';

const CAPTURE_REASON = '1376';
const FULL_REVERSAL = '400';

/** Our own 1993 dialect. What differs between counterparts is in the profile. @source reference/iso8583-1993.md §5.1 */
export class Tsn93Connector implements Connector {
  readonly reconciliation = new Tsn93Reconciliation();
  readonly fileActions = new Tsn93FileActions();

  constructor(private readonly profile: Tsn93Profile) {}

  get name(): string {
    return this.profile.name;
  }

  /** @throws UnspeakableOrderError the order does not fit this link's wire */
  buildRequest(facts: BuildFacts): IsoMessage {
    const { order, card } = facts;
    const isAuthorization = order.operation === 'authorize';
    const message = this.#base(isAuthorization ? '1100' : '1200', facts);
    for (const [field, value] of Object.entries(cardFields(order, card))) message.set(Number(field), value);
    return message
      .set(24, isAuthorization ? '100' : '200')
      .set(26, order.acceptor.mcc)
      .set(43, placeName(order.acceptor.name))
      .set(48, privateData(this.profile, order));
  }

  buildAdvice(facts: BuildFacts, isRepeat: boolean): IsoMessage {
    const { order, original } = facts;
    invariant(original !== null, 'a capture refers to an authorization');
    return this.#base(isRepeat ? '1221' : '1220', facts)
      .set(2, facts.card.pan)
      .set(14, facts.card.expiry ?? undefined)
      .set(22, cardFields(order, facts.card)[22])
      .set(24, original.amountMinor === order.amountMinor ? '201' : '202')
      .set(25, CAPTURE_REASON)
      .set(26, order.acceptor.mcc)
      .set(38, original.approvalCode ?? undefined)
      .set(48, privateData(this.profile, order));
  }

  buildReversal(facts: BuildFacts, reasonCode: string, isRepeat: boolean): IsoMessage {
    invariant(facts.original !== null, 'a reversal refers to a request');
    return this.#base(isRepeat ? '1421' : '1420', facts)
      .set(2, facts.card.pan)
      .set(24, FULL_REVERSAL)
      .set(25, reasonCode)
      .set(38, facts.original.approvalCode ?? undefined);
  }

  readAnswer(request: IsoMessage, answer: IsoMessage): AnswerReading {
    return readAnswer(request, answer);
  }

  readAcknowledgement(kind: 'advice' | 'reversal', answer: IsoMessage): AcknowledgementReading {
    return readAcknowledgement(kind, answer);
  }

  /** What every financial message carries. Field 59 is an opaque echo: the request id travels to the issuer and back in it. */
  #base(mti: string, { order, identity, original }: BuildFacts): IsoMessage {
    const { purchase, refund } = this.profile.accountTypes;
    return new IsoMessage(mti, {
      3: order.operation === 'refund' ? `20${refund}` : `00${purchase}`,
      4: String(order.amountMinor).padStart(12, '0'),
      7: transmissionTime(identity.sentAt),
      11: identity.stan,
      12: identity.localTime,
      32: identity.acquirerId,
      33: identity.forwardingId,
      37: identity.rrn,
      41: order.acceptor.terminal,
      42: order.acceptor.merchant,
      49: CURRENCIES[order.currency].numeric,
      56: original === null ? undefined : originalData(original, identity.acquirerId),
      59: order.requestId,
    });
  }
}

function originalData({ mti, stan, localTime }: OriginalMessage, acquirer: string): string {
  return originalDataElements({ mti, stan, localTime, acquirer });
}
