import { IsoMessage, originalDataElements } from '@tsunagu/iso8583';
import { CURRENCIES, invariant } from '@tsunagu/kernel';
import {
  transmissionTime,
  type AcknowledgedKind,
  type AcknowledgementReading,
  type AnswerReading,
  type BuildFacts,
  type Connector,
  type OriginalMessage,
  type WireOrder,
} from '@tsunagu/links';
import { cardFields, pointOfService } from './card-fields.js';
import { conversionFields } from './conversion-fields.js';
import { placeName } from './place-name.js';
import { cancelData, privateData } from './private-data.js';
import { readAcknowledgement, readAnswer } from './read-answer.js';
import { Tsn93FileActions } from './tsn93-file-action.js';
import { Tsn93Reconciliation } from './tsn93-reconciliation.js';
import type { Tsn93Profile } from './tsn93-profile.js';
import { UnspeakableOrderError } from './unspeakable-order.js';

const CAPTURE_REASON = '1376';
const VOICE_APPROVAL_REASON = '1377';
const CANCELLED_BY_CUSTOMER = '4000';
const FULL_REVERSAL = '400';
/** Field 24 of requests, by operation: as a first message, and as one that says a denied one again. @source reference/iso8583-1993.md §8 */
const FUNCTION: Readonly<Record<string, { readonly first: string; readonly again: string }>> = {
  authorize: { first: '100', again: '104' },
  increase: { first: '106', again: '106' },
  sale: { first: '200', again: '203' },
  refund: { first: '200', again: '200' },
};
const ORIGINAL_FINANCIAL = '200';
const SAME_AMOUNT = '201';
const OTHER_AMOUNT = '202';

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
    const { order, card, original } = facts;
    const isAuthorization = order.operation === 'authorize' || order.operation === 'increase';
    const message = this.#base(isAuthorization ? '1100' : '1200', facts);
    for (const [field, value] of Object.entries(cardFields(this.profile, order, card)))
      message.set(Number(field), value);
    return message
      .set(24, functionCode(order))
      .set(26, order.acceptor.mcc)
      .set(38, order.operation === 'increase' ? (original?.approvalCode ?? undefined) : undefined)
      .set(43, placeName(order.acceptor.name))
      .set(48, privateData(this.profile, order, original));
  }

  /** @throws UnspeakableOrderError */
  buildAdvice(facts: BuildFacts, isRepeat: boolean): IsoMessage {
    const { order, card, original } = facts;
    const { approvalCode, functionCode: code, reasonCode } = adviceWords(facts);
    return this.#base(isRepeat ? '1221' : '1220', facts)
      .set(2, card.pan)
      .set(14, card.expiry ?? undefined)
      .set(22, pointOfService(this.profile, order, card))
      .set(24, code)
      .set(25, reasonCode)
      .set(26, order.acceptor.mcc)
      .set(38, approvalCode ?? undefined)
      .set(48, privateData(this.profile, order, original));
  }

  buildReversal(facts: BuildFacts, reasonCode: string, isRepeat: boolean): IsoMessage {
    const { order, original } = facts;
    invariant(original !== null, 'a reversal refers to a request');
    return this.#base(isRepeat ? '1421' : '1420', facts)
      .set(2, facts.card.pan)
      .set(24, FULL_REVERSAL)
      .set(25, reasonCode)
      .set(38, original.approvalCode ?? undefined)
      .set(48, reasonCode === CANCELLED_BY_CUSTOMER ? cancelData(this.profile, order, original) : undefined);
  }

  readAnswer(request: IsoMessage, answer: IsoMessage): AnswerReading {
    return readAnswer(request, answer, this.profile.domesticCode?.tag ?? null);
  }

  readAcknowledgement(kind: AcknowledgedKind, answer: IsoMessage): AcknowledgementReading {
    return readAcknowledgement(kind, answer, this.profile.cancelRefusals);
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
      ...conversionFields(this.profile, order),
    });
  }
}

function functionCode({ operation, repeatOf }: WireOrder): string | undefined {
  return FUNCTION[operation]?.[repeatOf === undefined ? 'first' : 'again'];
}

/** How an advice names itself: a capture by its original, a sale that was approved by telephone by that approval. */
function adviceWords({ order, original }: BuildFacts): {
  readonly approvalCode: string | null;
  readonly functionCode: string;
  readonly reasonCode: string;
} {
  if (order.operation === 'voice_sale') {
    const approvalCode = order.voiceApproval?.code ?? null;
    if (approvalCode === null || !/^[0-9A-Za-z]{1,6}$/.test(approvalCode))
      throw new UnspeakableOrderError('voice_approval');
    return { approvalCode, functionCode: ORIGINAL_FINANCIAL, reasonCode: VOICE_APPROVAL_REASON };
  }
  invariant(original !== null, 'a capture refers to an authorization');
  const isSame = original.amountMinor === order.amountMinor;
  return {
    approvalCode: original.approvalCode,
    functionCode: isSame ? SAME_AMOUNT : OTHER_AMOUNT,
    reasonCode: CAPTURE_REASON,
  };
}

function originalData({ mti, stan, localTime }: OriginalMessage, acquirer: string): string {
  return originalDataElements({ mti, stan, localTime, acquirer });
}
