import { createHash, randomInt } from 'node:crypto';
import { IsoMessage, presenceIssues, readOriginalDataElements } from '@tsunagu/iso8583';
import { referenceOf, type IssuerLedger } from '../ledger/issuer-ledger.js';
import type { LedgerEntry, LedgerKind } from '../ledger/ledger-record.js';
import { answerTo } from './answer.js';
import { magicOutcome, type Delivery, type MagicOutcome } from './magic-amount.js';
import { businessDate } from './wire-clock.js';

/** What the host does with one message. `answer` is null when nothing may go out. */
export interface Verdict {
  readonly answer: IsoMessage | null;
  readonly delivery: Delivery;
}

/** Currencies by ISO 4217 number, for the book; the issuer keeps its own table. */
const CURRENCY: Readonly<Record<string, string>> = {
  '392': 'JPY', '840': 'USD', '978': 'EUR', '826': 'GBP', '156': 'CNY', '344': 'HKD',
  '901': 'TWD', '410': 'KRW', '764': 'THB', '702': 'SGD', '036': 'AUD', '414': 'KWD',
}; // prettier-ignore
const REPEAT_DIGIT = '1';
const FORMAT_ERROR = '904';
const DUPLICATE = '913';
const ORIGINAL_NOT_FOUND = '914';
const BLOCKED = '902';
const REFUSED_ADVICE = '950';
const ACCEPTED_REVERSAL = '400';

/**
 * The issuer's rules for one link: what to book and what to answer. Every decision is made and booked in one go, with
 * no waiting in between, so two copies of a message never meet half way.
 */
export class IssuerDesk {
  readonly #heardReversals = new Map<string, number>();
  readonly #deafTo = new Map<string, number>();

  constructor(
    private readonly link: string,
    private readonly ledger: IssuerLedger,
    private readonly now: () => number = Date.now,
  ) {}

  handle(message: IsoMessage): Verdict {
    if (presenceIssues(message).length > 0) return this.#plain(message, FORMAT_ERROR);
    switch (message.mti.slice(0, 3)) {
      case '110':
      case '120':
        return this.#request(message);
      case '112':
      case '122':
        return this.#advice(message);
      case '142':
        return this.#reversal(message);
      default:
        return { answer: null, delivery: 'lost' };
    }
  }

  #request(message: IsoMessage): Verdict {
    const identity = identityOf(message);
    const booked = this.ledger.find(identity);
    if (booked !== undefined)
      return message.mti[3] === REPEAT_DIGIT ? this.#again(message, booked) : this.#plain(message, DUPLICATE);
    const isRefund = message.text(3)?.startsWith('20') === true;
    if (this.ledger.isBlocked(identity))
      return this.#decline(message, isRefund ? 'refund' : debitKind(message), BLOCKED);
    return isRefund ? this.#refund(message) : this.#debit(message, magicOutcome(Number(message.text(4))));
  }

  #debit(message: IsoMessage, outcome: MagicOutcome): Verdict {
    if (outcome.delivery === 'reset') return { answer: null, delivery: 'reset' };
    const kind = debitKind(message);
    const isYes = outcome.actionCode.startsWith('0');
    if (!isYes) return this.#decline(message, kind, outcome.actionCode);
    const requestedMinor = Number(message.text(4));
    const entry = this.#entry(message, kind, {
      state: 'approved',
      actionCode: outcome.actionCode,
      approvalCode: String(randomInt(1, 1_000_000)).padStart(6, '0'),
      amountMinor: outcome.isPartial === true ? Math.floor(requestedMinor / 2) : requestedMinor,
    });
    this.ledger.post({ entries: [[identityOf(message), entry]] });
    if (outcome.deafToReversals !== undefined)
      this.#deafTo.set(referenceOf(identityOf(message)), outcome.deafToReversals);
    return { answer: this.#answerFrom(message, entry), delivery: outcome.delivery };
  }

  #refund(message: IsoMessage): Verdict {
    const amountMinor = Number(message.text(4));
    const original = this.ledger.findOriginal(originalReference(message));
    if (original === undefined || !isLive(original)) return this.#decline(message, 'refund', ORIGINAL_NOT_FOUND);
    const refundable =
      (original.kind === 'auth' ? original.capturedMinor : original.amountMinor) - original.refundedMinor;
    if (amountMinor > refundable) return this.#decline(message, 'refund', '110');
    const entry = this.#entry(message, 'refund', {
      state: 'approved',
      actionCode: '000',
      approvalCode: String(randomInt(1, 1_000_000)).padStart(6, '0'),
      originalRrn: original.rrn,
    });
    const refundedMinor = original.refundedMinor + amountMinor;
    this.ledger.post({
      entries: [
        [identityOfEntry(original), this.#changed(original, { refundedMinor })],
        [identityOf(message), entry],
      ],
    });
    return { answer: this.#answerFrom(message, entry), delivery: 'send' };
  }

  /** Captures (1220 after 1100) and other advices: acknowledged, or refused for good with 950; never declined like a request. */
  #advice(message: IsoMessage): Verdict {
    const identity = identityOf(message);
    const booked = this.ledger.find(identity);
    if (booked !== undefined) return this.#again(message, booked);
    if (!message.has(56) || debitKind(message) === 'auth') return this.#standAlone(message);
    const amountMinor = Number(message.text(4));
    const original = this.ledger.findOriginal(originalReference(message));
    const isTakeable =
      original !== undefined && isCapturable(original, amountMinor) && !this.ledger.isBlocked(identity);
    if (!isTakeable) return this.#decline(message, 'capture', REFUSED_ADVICE);
    const entry = this.#entry(message, 'capture', {
      state: 'approved',
      actionCode: '000',
      approvalCode: original.approvalCode,
      originalRrn: original.rrn,
    });
    const capturedMinor = original.capturedMinor + amountMinor;
    this.ledger.post({
      entries: [
        [identityOfEntry(original), this.#changed(original, { state: 'captured', capturedMinor })],
        [identity, entry],
      ],
    });
    return { answer: this.#answerFrom(message, entry), delivery: 'send' };
  }

  /** An advice of something done without us (offline, voice approval): liability is accepted. */
  #standAlone(message: IsoMessage): Verdict {
    const kind = debitKind(message);
    const entry = this.#entry(message, kind, {
      state: 'approved',
      actionCode: '000',
      approvalCode: message.text(38) ?? '000000',
    });
    this.ledger.post({ entries: [[identityOf(message), entry]] });
    return { answer: this.#answerFrom(message, entry), delivery: 'send' };
  }

  #reversal(message: IsoMessage): Verdict {
    const identity = identityOf(message);
    const original = originalReference(message);
    const note = this.ledger.reversal(identity);
    if (note !== undefined) return this.#plain(message, note.actionCode, note.businessDate);
    if (this.#isDeaf(original)) return { answer: null, delivery: 'lost' };
    const entry = this.ledger.findOriginal(original);
    const actionCode = entry === undefined ? ORIGINAL_NOT_FOUND : ACCEPTED_REVERSAL;
    const at = new Date(this.now()).toISOString();
    this.ledger.post({
      entries: entry === undefined ? [] : this.#undone(entry, message),
      reversal: [identity, { original, actionCode, businessDate: businessDate(this.now()), at }],
    });
    return this.#plain(message, actionCode);
  }

  /** Copies of a reversal that the magic amount 905 loses on their way. */
  #isDeaf(original: string): boolean {
    const copies = (this.#heardReversals.get(original) ?? 0) + 1;
    this.#heardReversals.set(original, copies);
    return copies <= (this.#deafTo.get(original) ?? 0);
  }

  #undone(entry: LedgerEntry, message: IsoMessage): [string, LedgerEntry][] {
    if (entry.state !== 'approved') return []; // declined, reversed before, or an authorisation that was captured: its money stays
    const isPart = message.text(24) === '401';
    const change = isPart
      ? { amountMinor: Math.min(entry.amountMinor, Number(message.text(4))) }
      : { state: 'reversed' as const };
    const undone = this.#changed(entry, { ...change, reversedAt: new Date(this.now()).toISOString() });
    return [[identityOfEntry(entry), undone], ...(isPart ? [] : this.#givenBack(entry))];
  }

  /** A reversed capture or refund leaves its original as it was before. */
  #givenBack(entry: LedgerEntry): [string, LedgerEntry][] {
    if (entry.originalRrn === null) return [];
    const original = this.ledger.entries().find(({ rrn, kind }) => rrn === entry.originalRrn && kind !== entry.kind);
    if (original === undefined) return [];
    const identity = identityOfEntry(original);
    if (entry.kind === 'refund')
      return [[identity, this.#changed(original, { refundedMinor: original.refundedMinor - entry.amountMinor })]];
    const capturedMinor = original.capturedMinor - entry.amountMinor;
    return [
      [identity, this.#changed(original, { capturedMinor, state: capturedMinor === 0 ? 'approved' : 'captured' })],
    ];
  }

  #decline(message: IsoMessage, kind: LedgerKind, actionCode: string): Verdict {
    const entry = this.#entry(message, kind, { state: 'declined', actionCode, approvalCode: null });
    this.ledger.post({ entries: [[identityOf(message), entry]] });
    return { answer: this.#answerFrom(message, entry), delivery: 'send' };
  }

  #again(message: IsoMessage, entry: LedgerEntry): Verdict {
    return { answer: this.#answerFrom(message, entry), delivery: 'send' };
  }

  #plain(message: IsoMessage, actionCode: string, date = businessDate(this.now())): Verdict {
    return { answer: answerTo(message, this.now(), { actionCode, businessDate: date }), delivery: 'send' };
  }

  #answerFrom(message: IsoMessage, entry: LedgerEntry): IsoMessage {
    const answer = answerTo(message, this.now(), entry);
    if (entry.state === 'declined') return answer;
    answer.set(38, entry.approvalCode ?? undefined);
    if (entry.actionCode === '002') {
      answer.set(4, twelve(entry.amountMinor)).set(30, twelve(entry.requestedMinor) + twelve(0));
    }
    if (message.has(55)) answer.set(55, issuerAuthentication(entry.rrn));
    return answer;
  }

  #changed(entry: LedgerEntry, change: Partial<LedgerEntry>): LedgerEntry {
    return { ...entry, ...change, updatedAt: new Date(this.now()).toISOString() };
  }

  #entry(
    message: IsoMessage,
    kind: LedgerKind,
    decided: Pick<LedgerEntry, 'state' | 'actionCode' | 'approvalCode'> & Partial<LedgerEntry>,
  ): LedgerEntry {
    const at = new Date(this.now()).toISOString();
    const number = cardNumber(message);
    const currency = message.text(49) ?? '';
    return {
      sequence: this.ledger.nextSequence,
      link: this.link,
      rrn: message.text(37) ?? '',
      stan: message.text(11) ?? '',
      localTime: message.text(12) ?? '',
      acquirer: message.text(32) ?? '',
      terminal: message.text(41) ?? '',
      merchant: message.text(42) ?? '',
      kind,
      amountMinor: Number(message.text(4)),
      requestedMinor: Number(message.text(4)),
      capturedMinor: 0,
      refundedMinor: 0,
      currency: CURRENCY[currency] ?? currency,
      originalRrn: null,
      bin6: number.slice(0, 6),
      last4: number.slice(-4),
      businessDate: businessDate(this.now()),
      bookedAt: at,
      updatedAt: at,
      reversedAt: null,
      ...decided,
    };
  }
}

/** Who a message is, repeats included: class, acquirer, STAN, local time, terminal. */
function identityOf(message: IsoMessage): string {
  return [message.mti[1], message.text(32), message.text(11), message.text(12), message.text(41)].join('|');
}

function identityOfEntry({ kind, acquirer, stan, localTime, terminal }: LedgerEntry): string {
  return [kind === 'auth' ? '1' : '2', acquirer, stan, localTime, terminal].join('|');
}

/** Who field 56 speaks of: an identity without its terminal. */
function originalReference(message: IsoMessage): string {
  const original = readOriginalDataElements(message.text(56) ?? '');
  return [original?.mti[1], original?.acquirer, original?.stan, original?.localTime].join('|');
}

function debitKind(message: IsoMessage): LedgerKind {
  return message.mti[1] === '1' ? 'auth' : 'sale';
}

function isLive(entry: LedgerEntry): boolean {
  return entry.state === 'approved' || entry.state === 'captured';
}

function isCapturable(entry: LedgerEntry, amountMinor: number): boolean {
  return entry.kind === 'auth' && isLive(entry) && amountMinor <= entry.amountMinor - entry.capturedMinor;
}

function cardNumber(message: IsoMessage): string {
  return message.text(2) ?? (message.text(35) ?? '').split(/[=D]/)[0] ?? '';
}

function twelve(amountMinor: number): string {
  return String(amountMinor).padStart(12, '0');
}

/** Tag 91 with an ARPC of invented bytes: the shape of an answer to a chip, not one that verifies. */
function issuerAuthentication(rrn: string): Buffer {
  const arpc = createHash('sha256').update(rrn).digest().subarray(0, 8);
  return Buffer.concat([Buffer.from('910A', 'hex'), arpc, Buffer.from('3030', 'hex')]);
}
