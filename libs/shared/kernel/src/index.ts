export { AppError, InvariantError, invariant, type ErrorCategory, type ErrorFacts } from './app-error.js';
export { Clock, SystemClock, businessDate } from './clock.js';
export { fromWireId, idInstant, newId, toWireId } from './ids.js';
export { TILL_LANGUAGES, type TillLanguage, type Wording } from './languages.js';
export {
  AMOUNT_MINOR_MAX,
  CURRENCIES,
  checkAmountMinor,
  displayAmount,
  isCurrency,
  type CurrencyCode,
  type Money,
} from './money.js';
export { Secret } from './secret.js';
export { Sad } from './sad.js';
