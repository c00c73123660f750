import { h, type Attributes } from '../dom.js';
import type { CurrencyOffer } from '../till-state.js';
import { CARDHOLDER_LANGUAGES, LANGUAGE_NAMES, type CardholderLanguage } from '../words/cardholder-languages.js';
import { RATE_WORDS } from '../words/rate-words.js';
import { button, heading, type View } from './view.js';

/** Changes with every change of this screen: it is kept with the choice as evidence. */
export const CURRENCY_SCREEN_VERSION = 'web-till-2';

/**
 * The cardholder chooses a currency. Every word is the centre's; nothing is marked, coloured, larger or focused before the choice:
 * two equal controls, the mark-up directly under the rate, no yes and no no. `npm run dcc:lint` holds this screen to its rules.
 * @source payment-features.md §5.3, §5.4
 */
export function currencyView(view: View): HTMLElement {
  const { state, act } = view;
  const { offer, cardholderLanguage: language } = state;
  const [instruction = '', ...lines] = (offer?.disclosure[language] ?? '').split('\n');
  const choice = (name: 'local' | 'foreign', { amount_display: label }: CurrencyOffer['local']): HTMLElement =>
    h(
      'button',
      { type: 'button', class: 'currency', 'data-dcc-choice': name, onclick: () => act.chooseCurrency(name) },
      label,
    );
  return h(
    'section',
    shownToCardholder('currency', view),
    languages(view),
    h(
      'div',
      { class: 'disclosure', 'data-dcc-disclosure': true },
      h('h1', { tabindex: -1, 'data-heading': true, 'data-focus': 'heading' }, instruction),
      ...lines.map(line),
    ),
    offer && h('div', { class: 'currencies' }, choice('local', offer.local), choice('foreign', offer.foreign)),
  );
}

/** The time of the offer is over and nothing is chosen: a fresh one when somebody asks for it, or the local currency. */
export function rateOverView(view: View): HTMLElement {
  const { state, act } = view;
  const { offer, cardholderLanguage: language } = state;
  const words = RATE_WORDS[language];
  const way = (name: string, label: string, onclick: () => void): HTMLElement =>
    h('button', { type: 'button', class: 'currency', 'data-act': name, 'data-focus': name, onclick }, label);
  return h(
    'section',
    shownToCardholder('rate-over', view),
    languages(view),
    heading(words.title),
    h('p', { class: 'lead' }, words.lead),
    offer &&
      h(
        'div',
        { class: 'currencies ways' },
        way('fresh-offer', words.fresh, act.freshOffer),
        way('pay-local', offer.local.amount_display, () => act.chooseCurrency('local')),
      ),
  );
}

function shownToCardholder(screen: string, { state: { offer, cardholderLanguage: lang } }: View): Attributes {
  return { class: 'screen', 'data-screen': screen, 'data-shown-to': 'cardholder', 'data-offer': offer?.id, lang };
}

/** One line of the disclosure, whole: name and value are read together, and the next line stands directly under it. */
function line(text: string): HTMLElement {
  return h('p', { class: /^[^:]{1,60}: ./.test(text) ? 'line' : undefined }, text);
}

/** The languages, and the clerk's way out beside them: it ends the payment, whatever the currency. */
function languages({ state: { cardholderLanguage: chosen, language: clerks }, act, say }: View): HTMLElement {
  const pick = (language: CardholderLanguage): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'language',
        lang: language,
        'data-focus': `language-${language}`,
        'aria-pressed': String(language === chosen),
        onclick: () => act.setCardholderLanguage(language),
      },
      LANGUAGE_NAMES[language],
    );
  return h(
    'div',
    { class: 'languages' },
    h('div', { class: 'languages', role: 'group', 'aria-label': 'Language' }, ...CARDHOLDER_LANGUAGES.map(pick)),
    button('stop', { label: say('cancel_sale'), look: 'quiet', lang: clerks, onclick: act.stop }),
  );
}
