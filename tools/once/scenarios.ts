import { CREDIT_SCENARIOS } from './credit-scenarios.js';
import { CURRENCY_SCENARIOS } from './currency-scenarios.js';
import type { Scenario } from './scenario.js';
import { TAP_SCENARIOS } from './tap-scenarios.js';
import { TROUBLE_SCENARIOS } from './trouble-scenarios.js';
import { UNIONPAY_SCENARIOS } from './unionpay-scenarios.js';

/** One payment of each kind that this build can take; a new method joins the list. */
export const SCENARIOS: readonly Scenario[] = [
  ...CREDIT_SCENARIOS,
  ...UNIONPAY_SCENARIOS,
  ...CURRENCY_SCENARIOS,
  ...TAP_SCENARIOS,
  ...TROUBLE_SCENARIOS,
];
