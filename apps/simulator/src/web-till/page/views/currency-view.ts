import { h } from '../dom.js';
import type { CurrencyOffer } from '../till-state.js';
import { CARDHOLDER_LANGUAGES, LANGUAGE_NAMES, type CardholderLanguage } from '../words/cardholder-languages.js';
import type { View } from './view.js';

/** Changes with every change of this screen: it is kept with the choice as evidence. */
export const CURRENCY_SCREEN_VERSION = 'web-till-1';

/**
 * The cardholder chooses a currency. Every word is the centre's; nothing is marked, coloured, larger or focused before the choice:
 * two equal controls, the mark-up directly under the rate, no yes and no no. `npm run dcc:lint` holds this screen to its rules.
 * @source payment-features.md §5.3, §5.4
 */
export function currencyView({ state, act }: View): HTMLElement {
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
    { class: 'screen currency-choice', 'data-screen': 'currency', 'data-offer': offer?.id, lang: language },
    languages(language, act.setCardholderLanguage),
    h(
      'div',
      { class: 'disclosure', 'data-dcc-disclosure': true },
      h('h1', { tabindex: -1, 'data-heading': true }, instruction),
      ...lines.map(line),
    ),
    offer && h('div', { class: 'currencies' }, choice('local', offer.local), choice('foreign', offer.foreign)),
  );
}

/** One line of the disclosure, whole: name and value are read together, and the next line stands directly under it. */
function line(text: string): HTMLElement {
  return h('p', { class: /^[^:]{1,60}: ./.test(text) ? 'line' : undefined }, text);
}

function languages(chosen: CardholderLanguage, choose: (language: CardholderLanguage) => void): HTMLElement {
  return h(
    'div',
    { class: 'languages', role: 'group', 'aria-label': 'Language' },
    ...CARDHOLDER_LANGUAGES.map((language) =>
      h(
        'button',
        {
          type: 'button',
          class: 'language',
          lang: language,
          'data-focus': `language-${language}`,
          'aria-pressed': String(language === chosen),
          onclick: () => choose(language),
        },
        LANGUAGE_NAMES[language],
      ),
    ),
  );
}
