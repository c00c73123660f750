export { DccModule } from './dcc.module.js';
export { plainAmount, rateDisplay } from './offer/disclosure.js';
export { LAYOUT_VERSION, NEUTRAL_LAYOUT } from './offer/neutral-layout.js';
