import type { CablePlace } from './cable.js';
import type { TillPayment } from './payment.js';
import type { MovementName } from './movement.js';
import type { Entry, ReceiptCopy } from './till-state.js';
import type { CardholderLanguage } from './words/cardholder-languages.js';

/** Everything that a person can do at this till; the views call these and nothing else. */
export interface TillActions {
  type(digits: string): void;
  setAmount(amount: string): void;
  erase(): void;
  setKind(kind: 'sale' | 'auth'): void;
  offerCurrency(isOffered: boolean): void;
  charge(): void;
  chooseCard(name: string): void;
  chooseBrand(brand: string): void;
  present(entry: Entry): void;
  enterPin(pin: string): void;
  markPlan(name: string): void;
  confirmPlan(): void;
  chooseCurrency(choice: 'local' | 'foreign'): void;
  freshOffer(): void;
  setCardholderLanguage(language: CardholderLanguage): void;
  stop(): void;
  resume(): void;
  giveUp(): void;
  ask(movement: MovementName | undefined): void;
  setAsked(amount: string): void;
  move(movement: MovementName): void;
  next(): void;
  showSignature(): void;
  signed(picture: string): void;
  showReceipt(): void;
  setCopy(copy: ReceiptCopy): void;
  setReceiptLanguage(language: CardholderLanguage): void;
  openPdf(): void;
  back(): void;
  showPayments(): void;
  show(payment: TillPayment): void;
  switchLanguage(): void;
  moveCable(place: CablePlace): void;
  closeTrouble(): void;
}
