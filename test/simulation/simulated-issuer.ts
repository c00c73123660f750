import { IsoMessage, readOriginalDataElements, responseMti } from '@tsunagu/iso8583';

/** What the issuer booked under one message identity. */
export interface IssuerBooking {
  readonly rrn: string;
  readonly kind: 'charge' | 'increase' | 'refund' | 'capture';
  readonly amountMinor: number;
  /** What it was in the holder's currency, by field 6. */
  readonly foreignMinor: number | null;
  /** Our attempt, told by the request id that travels in field 59. */
  readonly attemptId: string;
  /** 1100, 1200 or 1220. */
  readonly mti: string;
  /** Of the card, by field 2. */
  readonly pan: string;
  /** Number that this issuer is said to have given by telephone; null: nobody says so. */
  readonly voiceCode: string | null;
  /** YYMMDD, as its answer said. */
  readonly businessDate: string;
  isReversed: boolean;
  reversedOn: string | null;
}

/** What an issuer thinks of a new request. */
export interface IssuerMood {
  readonly isDeclining: boolean;
  readonly isAskingPin: boolean;
  /** It wants to be called before it says yes. */
  readonly isReferring: boolean;
}

/** An issuer with books of its own, as strict as the real ones: a copy is answered like the first, a reversal is final. */
export class SimulatedIssuer {
  readonly bookings = new Map<string, IssuerBooking>();
  readonly #answers = new Map<string, IsoMessage>();
  readonly #blocked = new Set<string>();
  readonly #asked = new Set<string>();
  /** Numbers that it gave by telephone. */
  readonly #given = new Set<string>();
  #approvals = 0;
  #businessDate = '261122';

  /** From now on its answers carry another date: what is in flight keeps the one it was answered with. */
  cutOver(businessDate: string): void {
    this.#businessDate = businessDate;
  }

  /** A clerk calls about a refusal and is told a number, another one for each call. */
  telephone(): string {
    const code = `V${String(this.#given.size + 1).padStart(5, '0')}`;
    this.#given.add(code);
    return code;
  }

  /** Whether it gave this number to somebody. */
  gave(code: string): boolean {
    return this.#given.has(code);
  }

  /** @param mood what this issuer thinks of a new request */
  receive(message: IsoMessage, mood: IssuerMood): IsoMessage {
    if (message.mti.startsWith('18')) return this.#answer(message, '800');
    const isReversal = message.mti.startsWith('142');
    const identity = isReversal ? originalIdentity(message) : identityOf(message);
    const actionCode = isReversal ? this.#reverse(identity) : this.#book(identity, message, mood);
    const known = isReversal ? undefined : this.#answers.get(identity);
    // A copy of a reversal is answered with the date on which the first one was accepted: that is where it counts.
    const date = (isReversal ? this.bookings.get(identity)?.reversedOn : null) ?? this.#businessDate;
    const answer = known ?? this.#answer(message, actionCode).set(15, date);
    if (!isReversal) this.#answers.set(identity, answer);
    return copyOf(answer);
  }

  #book(identity: string, message: IsoMessage, mood: IssuerMood): string {
    if (this.#answers.has(identity)) return '000';
    const refusal = this.#refusal(identity, message, mood);
    if (refusal !== undefined) return refusal;
    this.bookings.set(identity, {
      rrn: message.text(37) ?? '',
      kind: kindOf(message),
      amountMinor: Number(message.text(4)),
      foreignMinor: message.text(6) === undefined ? null : Number(message.text(6)),
      attemptId: message.text(59) ?? '',
      mti: message.mti,
      pan: message.text(2) ?? '',
      voiceCode: isVoice(message) ? (message.text(38) ?? '') : null,
      businessDate: this.#businessDate,
      isReversed: false,
      reversedOn: null,
    });
    return '000';
  }

  /** An advice is refused for nothing but a reversal that came before it. @returns undefined when it is booked */
  #refusal(identity: string, message: IsoMessage, mood: IssuerMood): string | undefined {
    if (this.#blocked.has(identity)) return '116';
    if (message.mti.startsWith('122')) return undefined;
    if (mood.isReferring) return '107';
    if (mood.isDeclining) return '116';
    const isAsking = mood.isAskingPin && kindOf(message) === 'charge' && this.#asks(message.text(59) ?? '');
    return isAsking ? '112' : undefined;
  }

  /** A purchase is asked for its PIN once. */
  #asks(reference: string): boolean {
    if (this.#asked.has(reference)) return false;
    this.#asked.add(reference);
    return true;
  }

  #reverse(identity: string): string {
    const booking = this.bookings.get(identity);
    if (booking === undefined) {
      this.#blocked.add(identity);
      return '914';
    }
    booking.isReversed = true;
    booking.reversedOn ??= this.#businessDate;
    return '400';
  }

  #answer(message: IsoMessage, actionCode: string): IsoMessage {
    const answer = new IsoMessage(responseMti(message.mti));
    for (const field of [3, 4, 11, 12, 32, 33, 37, 41, 42, 49]) answer.set(field, message.get(field));
    this.#approvals += 1;
    if (actionCode === '000') answer.set(38, String(this.#approvals).padStart(6, '0'));
    return answer.set(39, actionCode);
  }
}

/** @source iso8583: field 24 of an 1100 that lets an earlier one grow */
const INCREASE = '106';

/** An advice of what it said by telephone follows no message; a capture names the authorization that it follows. */
function isVoice(message: IsoMessage): boolean {
  return message.mti.startsWith('122') && message.text(56) === undefined;
}

function kindOf(message: IsoMessage): IssuerBooking['kind'] {
  if (isVoice(message)) return 'charge';
  if (message.mti.startsWith('122')) return 'capture';
  if (message.text(3)?.startsWith('20') === true) return 'refund';
  return message.text(24) === INCREASE ? 'increase' : 'charge';
}

function identityOf(message: IsoMessage): string {
  return `${message.text(11)}|${message.text(12)}`;
}

function originalIdentity(message: IsoMessage): string {
  const original = readOriginalDataElements(message.text(56) ?? '');
  return `${original?.stan}|${original?.localTime}`;
}

function copyOf(message: IsoMessage): IsoMessage {
  const copy = new IsoMessage(message.mti);
  for (const field of message.fields()) copy.set(field, message.get(field));
  return copy;
}
