import type { IsoMessage } from '@tsunagu/iso8583';
import { identityOf, identityOfEntry, originalReference, referenceOf } from '../ledger/identity.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import type { LedgerEntry } from '../ledger/ledger-record.js';
import { answerTo } from './answer.js';
import {
  CURRENCY_BY_NUMBER,
  approvalFields,
  debitKind,
  entryFrom,
  isLive,
  newApprovalCode,
  type Decided,
} from './booking.js';
import type { HostCalendar } from './calendar.js';
import { domesticField, domesticRefusal } from './domestic-code.js';
import { magicOutcome, type MagicOutcome } from './magic-amount.js';
import {
  isCancellable,
  isCancelWord,
  isCompletable,
  requestedOperation,
  type CompletionRules,
} from './union-pay-rules.js';
import { ACTION, NOTHING, send, type Verdict } from './verdict.js';
import type { PinBook, PinVerdict } from '../cards/pin-book.js';

const REPEAT_DIGIT = '1';
const PARTIAL_REVERSAL = '401';

export interface DeskMeans {
  readonly link: string;
  readonly ledger: IssuerLedger;
  readonly calendar: HostCalendar;
  readonly completion: CompletionRules;
  /** PINs of its cards; without it no PIN is judged. */
  readonly pins?: PinBook;
  /** Refusals may carry codes of Japanese card terminals. */
  readonly hasDomesticCodes?: boolean;
  readonly now: () => number;
}

/**
 * The issuer's rules for one link: what to book and what to answer. Every decision is made and booked in one go, with
 * no waiting in between, so two copies of a message never meet half way.
 */
export class IssuerDesk {
  readonly #heardReversals = new Map<string, number>();
  readonly #deafTo = new Map<string, number>();

  constructor(private readonly means: DeskMeans) {}

  /** @param overruled action code of a script, in place of what the amount means */
  handle(message: IsoMessage, overruled?: string): Verdict {
    switch (message.mti.slice(0, 3)) {
      case '110':
      case '120':
        return this.#request(message, overruled);
      case '112':
      case '122':
        return this.#advice(message, overruled);
      case '142':
        return this.#reversal(message);
      default:
        return NOTHING;
    }
  }

  #request(message: IsoMessage, overruled: string | undefined): Verdict {
    const identity = identityOf(message);
    const booked = this.means.ledger.find(identity);
    if (booked !== undefined)
      return message.mti[3] === REPEAT_DIGIT ? this.#again(message, booked) : this.#plain(message, ACTION.duplicate);
    if (this.means.ledger.isBlocked(identity)) return this.#decline(message, ACTION.blocked);
    if (overruled !== undefined && !overruled.startsWith('0')) return this.#decline(message, overruled);
    switch (requestedOperation(message)) {
      case 'refund':
        return this.#refund(message);
      case 'increase':
        return this.#increase(message);
      case 'completion':
        return this.#completion(message, ACTION.invalidAmount);
      case 'cancel':
        return this.#cancel(message);
      case 'debit':
        return this.#debit(
          message,
          overruled === undefined ? magicOutcome(Number(message.text(4))) : { actionCode: overruled, delivery: 'send' },
        );
    }
  }

  #debit(message: IsoMessage, outcome: MagicOutcome): Verdict {
    if (outcome.delivery === 'reset') return { answer: null, delivery: 'reset' };
    const refusal = pinRefusal(this.means.pins?.judge(message) ?? 'none', outcome.needsPin === true);
    if (refusal !== undefined) return this.#decline(message, refusal);
    const requestedMinor = Number(message.text(4));
    const domestic = this.means.hasDomesticCodes === true ? domesticRefusal(requestedMinor) : undefined;
    if (domestic !== undefined) return this.#decline(message, domestic.actionCode, domestic.domesticCode);
    if (!outcome.actionCode.startsWith('0')) return this.#decline(message, outcome.actionCode);
    const entry = this.#entry(message, {
      kind: debitKind(message),
      state: 'approved',
      actionCode: outcome.actionCode,
      approvalCode: newApprovalCode(),
      amountMinor: outcome.isPartial === true ? Math.floor(requestedMinor / 2) : requestedMinor,
    });
    this.means.ledger.post({ entries: [[identityOf(message), entry]] });
    if (outcome.deafToReversals !== undefined)
      this.#deafTo.set(referenceOf(identityOf(message)), outcome.deafToReversals);
    return { answer: this.#answerFrom(message, entry), delivery: outcome.delivery };
  }

  #refund(message: IsoMessage): Verdict {
    const amountMinor = Number(message.text(4));
    const original = this.means.ledger.findOriginal(originalReference(message));
    if (original === undefined || !isLive(original)) return this.#decline(message, ACTION.originalNotFound);
    const refundable =
      (original.kind === 'auth' ? original.capturedMinor : original.amountMinor) - original.refundedMinor;
    const back = cardholderRefund(message, original);
    if (amountMinor > refundable || back === 'too_much') return this.#decline(message, ACTION.invalidAmount);
    return this.#follow(message, original, 'refund', { refundedMinor: original.refundedMinor + amountMinor, ...back });
  }

  /** A hold that lives, and of which nothing was taken yet, grows by what is asked for now. */
  #increase(message: IsoMessage): Verdict {
    const original = this.means.ledger.findOriginal(originalReference(message));
    if (original?.kind !== 'auth') return this.#decline(message, ACTION.originalNotFound);
    if (original.state !== 'approved') return this.#decline(message, ACTION.blocked);
    const { actionCode, delivery } = magicOutcome(Number(message.text(4)));
    if (delivery === 'reset') return { answer: null, delivery };
    if (!actionCode.startsWith('0')) return this.#decline(message, actionCode);
    const increasedMinor = (original.increasedMinor ?? 0) + Number(message.text(4));
    return { ...this.#follow(message, original, 'increase', { increasedMinor }), delivery };
  }

  /** A purchase, an authorisation or a completion taken back by request (UnionPay): whole, and only once. */
  #cancel(message: IsoMessage): Verdict {
    const { ledger, calendar } = this.means;
    const original = ledger.findOriginal(originalReference(message));
    if (original === undefined) return this.#decline(message, ACTION.originalNotFound);
    if (!isCancellable(message, original, calendar.date)) return this.#decline(message, ACTION.blocked);
    return this.#follow(message, original, 'cancel', {
      state: 'reversed',
      reversedAt: this.#at(),
    });
  }

  #completion(message: IsoMessage, refusal: string): Verdict {
    const amountMinor = Number(message.text(4));
    const original = this.means.ledger.findOriginal(originalReference(message));
    if (original === undefined || !isCompletable(original, amountMinor, this.means.completion, this.means.now()))
      return this.#decline(message, original === undefined ? ACTION.originalNotFound : refusal);
    return this.#follow(message, original, 'capture', {
      state: 'captured',
      capturedMinor: original.capturedMinor + amountMinor,
    });
  }

  /** Captures (1220 after 1100) and other advices: acknowledged, or refused for good with 950; never declined like a request. */
  #advice(message: IsoMessage, overruled: string | undefined): Verdict {
    const identity = identityOf(message);
    const booked = this.means.ledger.find(identity);
    if (booked !== undefined) return this.#again(message, booked);
    if (overruled !== undefined && !overruled.startsWith('0')) return this.#plain(message, overruled); // nothing is booked: a repeat may yet be taken
    if (!message.has(56) || debitKind(message) === 'auth') return this.#standAlone(message);
    const original = this.means.ledger.findOriginal(originalReference(message));
    if (original === undefined || this.means.ledger.isBlocked(identity))
      return this.#decline(message, ACTION.refusedAdvice);
    return this.#completion(message, ACTION.refusedAdvice);
  }

  /** An advice of something done without us (offline, voice approval): liability is accepted. */
  #standAlone(message: IsoMessage): Verdict {
    const entry = this.#entry(message, {
      kind: debitKind(message),
      state: 'approved',
      actionCode: '000',
      approvalCode: message.text(38) ?? '000000',
    });
    this.means.ledger.post({ entries: [[identityOf(message), entry]] });
    return send(this.#answerFrom(message, entry));
  }

  #reversal(message: IsoMessage): Verdict {
    const { ledger, calendar } = this.means;
    const identity = identityOf(message);
    const original = originalReference(message);
    const note = ledger.reversal(identity);
    if (note !== undefined) return this.#plain(message, note.actionCode, note.businessDate);
    if (this.#isDeaf(original)) return NOTHING;
    const found = ledger.findOriginal(original);
    const entry = found?.state === 'declined' ? undefined : found; // nothing was booked, so there is nothing to take back
    const actionCode = this.#reversalAction(message, entry);
    const isAccepted = entry !== undefined && actionCode === ACTION.acceptedReversal;
    ledger.post({
      entries: isAccepted ? this.#undone(entry, message) : [],
      reversal: [identity, { original, actionCode, businessDate: calendar.date, at: this.#at() }],
    });
    return this.#plain(message, actionCode);
  }

  /** A reversal is taken; only a cancel in UnionPay's words is asked for, and may come too late or for what is not whole any more. */
  #reversalAction(message: IsoMessage, entry: LedgerEntry | undefined): string {
    if (entry === undefined) return ACTION.originalNotFound;
    const isAsked = isCancelWord(message) && entry.state !== 'reversed';
    const mayGo = !isAsked || isCancellable(message, entry, this.means.calendar.date);
    return mayGo ? ACTION.acceptedReversal : ACTION.blocked;
  }

  /** Copies of a reversal that the magic amount 905 loses on their way. */
  #isDeaf(original: string): boolean {
    const copies = (this.#heardReversals.get(original) ?? 0) + 1;
    this.#heardReversals.set(original, copies);
    return copies <= (this.#deafTo.get(original) ?? 0);
  }

  #undone(entry: LedgerEntry, message: IsoMessage): [string, LedgerEntry][] {
    if (entry.state !== 'approved') return []; // reversed before, or an authorisation that was captured: its money stays
    const isPart = message.text(24) === PARTIAL_REVERSAL;
    const leftMinor = isPart ? Math.min(entry.amountMinor, Number(message.text(4))) : 0;
    const undone = this.#changed(entry, {
      ...(isPart ? { amountMinor: leftMinor } : { state: 'reversed' }),
      reversedMinor: entry.approvedMinor - leftMinor,
      reversedDate: this.means.calendar.date,
      reversedAt: this.#at(),
    });
    return [[identityOfEntry(entry), undone], ...(isPart ? [] : this.#givenBack(entry))];
  }

  /** A reversed capture, refund or cancel leaves its original as it was before. */
  #givenBack(entry: LedgerEntry): [string, LedgerEntry][] {
    const { originalRrn, kind } = entry;
    if (originalRrn === null) return [];
    const original = this.means.ledger.entries().find((other) => other.rrn === originalRrn && other.kind !== kind);
    if (original === undefined) return [];
    return [[identityOfEntry(original), this.#changed(original, before(original, entry))]];
  }

  /** Book a message that changes an earlier entry: both, or neither. A cancelled capture gives its authorisation free again. */
  #follow(
    message: IsoMessage,
    original: LedgerEntry,
    kind: LedgerEntry['kind'],
    change: Partial<LedgerEntry>,
  ): Verdict {
    const approvalCode = kind === 'capture' ? original.approvalCode : newApprovalCode();
    const originalRrn = original.rrn;
    const entry = this.#entry(message, { kind, state: 'approved', actionCode: '000', approvalCode, originalRrn });
    const freed = kind === 'cancel' ? this.#givenBack(original) : [];
    this.means.ledger.post({
      entries: [[identityOfEntry(original), this.#changed(original, change)], ...freed, [identityOf(message), entry]],
    });
    return send(this.#answerFrom(message, entry));
  }

  #decline(message: IsoMessage, actionCode: string, domesticCode?: string): Verdict {
    const kind = declinedKind(message);
    const entry = this.#entry(message, { kind, state: 'declined', actionCode, domesticCode, approvalCode: null });
    this.means.ledger.post({ entries: [[identityOf(message), entry]] });
    return send(this.#answerFrom(message, entry));
  }

  #again(message: IsoMessage, entry: LedgerEntry): Verdict {
    return send(this.#answerFrom(message, entry));
  }

  #plain(message: IsoMessage, actionCode: string, businessDate = this.means.calendar.date): Verdict {
    return send(answerTo(message, this.means.now(), { actionCode, businessDate }));
  }

  #answerFrom(message: IsoMessage, entry: LedgerEntry): IsoMessage {
    const answer = answerTo(message, this.means.now(), entry);
    return entry.state === 'declined'
      ? answer.set(48, domesticField(entry.domesticCode))
      : approvalFields(message, answer, entry);
  }

  #changed(entry: LedgerEntry, change: Partial<LedgerEntry>): LedgerEntry {
    return { ...entry, ...change, updatedAt: this.#at() };
  }

  #entry(message: IsoMessage, decided: Decided): LedgerEntry {
    const { link, ledger, calendar, now } = this.means;
    const place = { link, sequence: ledger.nextSequence, businessDate: calendar.date, at: now() };
    return entryFrom(message, place, decided);
  }

  #at(): string {
    return new Date(this.means.now()).toISOString();
  }
}

/** @returns the action code of a PIN that is missing, wrong or cannot be read; undefined when the PIN stands in nobody's way */
function pinRefusal(verdict: PinVerdict, isNeeded: boolean): string | undefined {
  switch (verdict) {
    case 'none':
      return isNeeded ? ACTION.pinRequired : undefined;
    case 'wrong':
      return ACTION.wrongPin;
    case 'locked':
      return ACTION.pinTriesExceeded;
    case 'broken':
      return ACTION.invalidPinBlock;
    case 'right':
    case 'unread':
      return undefined;
  }
}

/** What a refund gives back of what the holder was billed: in that currency, and no more than that. A refund that names another is refused. */
function cardholderRefund(message: IsoMessage, { cardholder }: LedgerEntry): Partial<LedgerEntry> | 'too_much' {
  const number = message.text(51);
  if (cardholder === undefined) return number === undefined ? {} : 'too_much';
  const refundedMinor = cardholder.refundedMinor + Number(message.text(6) ?? NaN);
  const isSame = CURRENCY_BY_NUMBER[number ?? ''] === cardholder.currency;
  return isSame && refundedMinor <= cardholder.amountMinor
    ? { cardholder: { ...cardholder, refundedMinor } }
    : 'too_much';
}

/** What an original was before an entry of this kind changed it. */
function before(original: LedgerEntry, { kind, amountMinor, cardholder }: LedgerEntry): Partial<LedgerEntry> {
  if (kind === 'refund')
    return { refundedMinor: original.refundedMinor - amountMinor, ...unbilled(original, cardholder) };
  if (kind === 'increase') return { increasedMinor: (original.increasedMinor ?? 0) - amountMinor };
  if (kind === 'cancel') return { state: 'approved', reversedAt: null };
  const capturedMinor = original.capturedMinor - amountMinor;
  return { capturedMinor, state: capturedMinor === 0 ? 'approved' : 'captured' };
}

function unbilled({ cardholder }: LedgerEntry, refund: LedgerEntry['cardholder']): Partial<LedgerEntry> {
  if (cardholder === undefined || refund === undefined) return {};
  return { cardholder: { ...cardholder, refundedMinor: cardholder.refundedMinor - refund.amountMinor } };
}

function declinedKind(message: IsoMessage): LedgerEntry['kind'] {
  if (message.mti[2] === '2' && message.has(56)) return message.mti[1] === '1' ? 'auth' : 'capture';
  const operation = requestedOperation(message);
  if (operation === 'completion') return 'capture';
  return operation === 'debit' ? debitKind(message) : operation;
}
