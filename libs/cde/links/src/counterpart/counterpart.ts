import type { Presentment, RouteWhy, SubmitRequest } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { Sad } from '@tsunagu/kernel';
import type { FileActionSpeech } from './file-action-speech.js';
import type { ReconciliationSpeech } from './reconciliation-speech.js';

/** What the attempt asks for, without any card data: it is kept in the journal, and a reversal is built from it. */
export type WireOrder = Pick<
  SubmitRequest,
  | 'operation'
  | 'method'
  | 'amountMinor'
  | 'currency'
  | 'brand'
  | 'entryMode'
  | 'acceptor'
  | 'plan'
  | 'conversion'
  | 'repeatOf'
  | 'voiceApproval'
  | 'slipNo'
  | 'requestId'
  | 'cardToken'
> & {
  /** How the card was shown, without the record of its chip. */
  readonly presentment?: Pick<Presentment, 'cvm' | 'fallback' | 'application' | 'hasPin'>;
  /** Why it goes where it goes; absent in orders that were not routed. */
  readonly route?: RouteWhy;
};

/** Card data opened for one message; it lives as long as the message is being built. */
export interface CardAtHand {
  readonly pan: string;
  /** YYMM */
  readonly expiry: string | null;
  /** PAN sequence number, 2 or 3 digits. */
  readonly sequence: string | null;
  /** Absent for reversals, captures and refunds: the sensitive part is gone by then. */
  readonly track2: Sad<string> | null;
  readonly emv: Sad<Buffer> | null;
  readonly pin: LinkPin | null;
}

/** A PIN block under the link's zone key, its ISO 9564-1 format, and the 8-byte id of that key: 16 bytes in format 4, else 8. */
interface LinkPin {
  readonly block: Sad<Buffer>;
  readonly format: 0 | 3 | 4;
  readonly keyId: Buffer;
}

/** The names of one message. `sentAt` changes with every copy, the others never. */
export interface MessageIdentity {
  readonly stan: string;
  readonly rrn: string;
  /** Field 12, YYMMDDhhmmss. */
  readonly localTime: string;
  readonly acquirerId: string;
  readonly forwardingId: string;
  readonly sentAt: Date;
}

/** The earlier message that a reversal, capture or refund speaks of, as it was sent first. */
export interface OriginalMessage {
  readonly mti: string;
  readonly stan: string;
  readonly localTime: string;
  readonly approvalCode: string | null;
  readonly amountMinor: number;
}

/** What a financial answer says. `unusable` is neither yes nor no: reverse. */
export type AnswerReading =
  | {
      readonly kind: 'approved';
      readonly actionCode: string;
      readonly approvalCode: string | null;
      readonly approvedMinor: number;
      readonly emvResponse: string | null;
    }
  | {
      readonly kind: 'declined';
      readonly actionCode: string;
      readonly emvResponse: string | null;
      /** What the issuer says to the cashier; left out or null: nothing. */
      readonly issuerMessage?: string | null;
      /** A code of Japanese card terminals as it came, even one that is none; left out or null: none. */
      readonly domesticCode?: string | null;
    }
  | { readonly kind: 'unusable'; readonly actionCode: string | null };

/**
 * What the answer to an advice or reversal says: closed, try again later, or a person must look. `declined` answers a cancel alone, where
 * the counterpart decides about it: its original stands as it was.
 */
export type AcknowledgementReading = {
  readonly kind: 'done' | 'retry' | 'refused' | 'declined';
  readonly actionCode: string | null;
};

/** `cancel`: a reversal that the customer asked for (reason 4000). */
export type AcknowledgedKind = 'advice' | 'reversal' | 'cancel';

export interface BuildFacts {
  readonly order: WireOrder;
  readonly card: CardAtHand;
  readonly identity: MessageIdentity;
  readonly original: OriginalMessage | null;
}

/**
 * One counterpart's way of saying things: the SPI of `@tsunagu/connectors`, one suite tests every one of them.
 * Pure: no clock, no socket, no database.
 */
export interface Connector {
  readonly name: string;
  /** 1100 or 1200. `original`: of a refund, an increase, or the message that is said again with a PIN. */
  buildRequest(facts: BuildFacts): IsoMessage;
  /** 1220, or 1221 as a repeat: a capture, or a sale that was approved by telephone, which has no original. */
  buildAdvice(facts: BuildFacts, isRepeat: boolean): IsoMessage;
  /** 1420, or 1421 as a repeat. @param reasonCode field 25, four digits */
  buildReversal(facts: BuildFacts, reasonCode: string, isRepeat: boolean): IsoMessage;
  /** @param request the message that was sent: an answer that echoes something else is unusable */
  readAnswer(request: IsoMessage, answer: IsoMessage): AnswerReading;
  readAcknowledgement(kind: AcknowledgedKind, answer: IsoMessage): AcknowledgementReading;
  /** Absent on a counterpart that reconciles by file only. */
  readonly reconciliation?: ReconciliationSpeech;
  /** Absent on a counterpart that sends no files on the line. */
  readonly fileActions?: FileActionSpeech;
}
