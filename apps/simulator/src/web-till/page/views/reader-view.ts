import { h } from '../dom.js';
import { amountOf, type Entry, type Screen } from '../till-state.js';
import type { TillWord } from '../words/till-words.js';
import { BRAND_NAMES, cardFace } from './card-face.js';
import { pinPad } from './pin-pad.js';
import { button, yen, type View } from './view.js';

const DISPLAY: Readonly<Partial<Record<Screen, TillWord>>> = {
  card: 'reader_present',
  pin: 'reader_pin',
  insert: 'reader_insert',
  sending: 'reader_wait',
  plan: 'reader_screen',
  currency: 'reader_screen',
  rate_over: 'reader_screen',
};

const ENTRY_WORDS = { contactless: 'tap', chip: 'insert', stripe: 'swipe' } as const satisfies Record<Entry, TillWord>;

/** The world outside the till: the reader in the customer's hand, and the cards of the tray. */
export function readerView(view: View): HTMLElement {
  const { state, say } = view;
  const due = state.payment?.money.amount_display ?? (amountOf(state) === 0 ? '' : yen(amountOf(state)));
  return h(
    'aside',
    { class: 'counter', 'aria-label': say('reader') },
    h(
      'div',
      { class: 'reader' },
      h(
        'div',
        { class: 'display', role: 'status' },
        h('span', { class: 'due' }, due),
        h('span', {}, say(DISPLAY[state.screen] ?? 'reader_idle')),
      ),
      brandChoice(view),
      state.screen === 'pin' ? pinPad(view) : entryButtons(view),
    ),
    tray(view),
  );
}

/** A card of two brands: the holder says which one pays, before the card is read. @source payment-features.md §4.2 */
function brandChoice({ state, act, say }: View): HTMLElement | undefined {
  const { card, screen } = state;
  if (screen !== 'card' || card === undefined || card.brands.length < 2) return undefined;
  return h(
    'fieldset',
    { class: 'brands' },
    h('legend', {}, say('brand')),
    ...card.brands.map((brand) =>
      h(
        'label',
        { class: 'choice' },
        h('input', {
          type: 'radio',
          name: 'brand',
          value: brand,
          'data-brand': brand,
          'data-focus': `brand-${brand}`,
          checked: brand === (state.brand ?? card.brand),
          onchange: () => act.chooseBrand(brand),
        }),
        h('span', {}, BRAND_NAMES[brand] ?? brand),
      ),
    ),
  );
}

function entryButtons({ state, act, say }: View): HTMLElement {
  const isWanted = state.screen === 'card' || state.screen === 'insert';
  const can = (entry: Entry): boolean =>
    isWanted && (state.card?.entries.includes(entry) ?? false) && (state.screen === 'card' || entry === 'chip');
  return h(
    'div',
    { class: 'entries', role: 'group', 'aria-label': say('present_card') },
    ...(['contactless', 'chip', 'stripe'] as const).map((entry) =>
      button(`entry-${entry}`, {
        label: say(ENTRY_WORDS[entry]),
        look: 'plain',
        class: `button entry ${entry}`,
        disabled: !can(entry),
        onclick: () => act.present(entry),
      }),
    ),
  );
}

const WITHOUT_CARD: readonly Screen[] = ['result', 'unsent', 'sign', 'receipt', 'payments'];

/** The whole tray while a card may be chosen; then the one card in the customer's hand; nothing when it has gone back. */
function tray({ state, act, say }: View): HTMLElement | undefined {
  if (WITHOUT_CARD.includes(state.screen)) return undefined;
  const isFree = ['amount', 'card'].includes(state.screen);
  const cards = state.cards.filter(({ name }) => isFree || name === state.card?.name);
  return h(
    'fieldset',
    { class: 'tray', disabled: !isFree, 'data-keep-scroll': true },
    h('legend', {}, say(isFree ? 'tray' : 'in_hand')),
    h(
      'div',
      { class: 'cards' },
      ...cards.map((card) =>
        cardFace(card, { say, isChosen: card.name === state.card?.name, onchange: () => act.chooseCard(card.name) }),
      ),
    ),
  );
}
