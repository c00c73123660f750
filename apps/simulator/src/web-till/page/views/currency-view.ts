import { h } from '../dom.js';
import type { CurrencyOffer } from '../till-state.js';
import { CARDHOLDER_LANGUAGES, CURRENCY_WORDS, type CardholderLanguage } from '../words/currency-words.js';
import type { View } from './view.js';

/**
 * The cardholder chooses a currency. Nothing is marked, coloured, larger or first in the way of the other: two equal controls,
 * the mark-up directly under the rate, no yes and no no. `npm run dcc:lint` holds this screen to its rules.
 * @source payment-features.md §5.3, §5.4
 */
export function currencyView({ state, act }: View): HTMLElement {
  const { offer, cardholderLanguage: language } = state;
  const words = CURRENCY_WORDS[language];
  const choice = (name: 'local' | 'foreign', money: CurrencyOffer['local']): HTMLElement =>
    h(
      'button',
      { type: 'button', class: 'currency', 'data-dcc-choice': name, onclick: () => act.chooseCurrency(name) },
      h('span', { class: 'code' }, money.currency),
      h('span', { class: 'sum' }, money.amount_display),
    );
  return h(
    'section',
    { class: 'screen currency-choice', 'data-screen': 'currency', lang: language },
    languages(language, act.setCardholderLanguage),
    h('h1', { tabindex: -1, 'data-heading': true, 'data-dcc-instruction': true }, words.choose),
    offer && disclosure(offer, language),
    offer &&
      h(
        'div',
        { class: 'currencies', 'data-dcc-choices': true },
        choice('local', offer.local),
        choice('foreign', offer.foreign),
      ),
  );
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
        CURRENCY_WORDS[language].name,
      ),
    ),
  );
}

function disclosure(offer: CurrencyOffer, language: CardholderLanguage): HTMLElement {
  const words = CURRENCY_WORDS[language];
  const { local, foreign, rate, markup_bps: markup } = offer;
  const row = (name: string, value: string, key: string): HTMLElement =>
    h('div', { class: 'line', 'data-dcc-line': key }, h('dt', {}, name), h('dd', {}, value));
  return h(
    'div',
    { class: 'disclosure', 'data-dcc-disclosure': true },
    h(
      'dl',
      {},
      row(words.rate, `1 ${local.currency} = ${rate} ${foreign.currency}`, 'rate'),
      row(words.markup, `${(markup / 100).toFixed(2)} %`, 'markup'),
      row(words.source, offer.rate_source, 'source'),
      row(words.until, timeOf(offer.expires_at, language), 'expires'),
    ),
    h('p', { class: 'small' }, offer.disclosure[language] ?? offer.disclosure['en'] ?? ''),
  );
}

function timeOf(instant: string, language: CardholderLanguage): string {
  return new Date(instant).toLocaleTimeString(language, {
    timeZone: 'Asia/Tokyo',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
