import { h } from '../dom.js';
import { amountOf } from '../till-state.js';
import type { TillWord } from '../words/till-words.js';
import { button, heading, yen, type View } from './view.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0'];
/** Amounts that show what an issuer can answer. @source api-conventions.md §11 */
const EXAMPLES: readonly (readonly [string, TillWord])[] = [
  ['1500', 'try_approved'],
  ['1116', 'try_funds'],
  ['1902', 'try_lost'],
  ['1908', 'try_pin'],
];

/** Where a sale begins: how much, and what for. */
export function amountView(view: View): HTMLElement {
  const { state, act, say } = view;
  const amount = amountOf(state);
  return h(
    'section',
    { class: 'screen amount', 'data-screen': 'amount' },
    openNotice(view),
    heading(say('amount')),
    h(
      'div',
      { class: 'amount-field' },
      h('span', { 'aria-hidden': 'true' }, '¥'),
      h('input', {
        id: 'amount',
        'data-focus': 'amount',
        inputmode: 'numeric',
        autocomplete: 'off',
        'aria-label': say('amount'),
        value: amount === 0 ? '' : amount.toLocaleString('ja-JP'),
        placeholder: '0',
        oninput: (event) => act.setAmount((event.target as HTMLInputElement).value),
        onkeydown: (event) => (event as KeyboardEvent).key === 'Enter' && amount > 0 && act.charge(),
      }),
    ),
    h('div', { class: 'amount-body' }, keypad(view), options(view)),
    h(
      'div',
      { class: 'actions' },
      button('charge', {
        label: amount === 0 ? say('charge') : `${yen(amount)} ${say('charge')}`,
        look: 'main',
        disabled: amount === 0,
        onclick: act.charge,
      }),
    ),
  );
}

function keypad({ act, say }: View): HTMLElement {
  const key = (digits: string): HTMLElement =>
    h(
      'button',
      { type: 'button', class: 'key', 'data-focus': `key-${digits}`, onclick: () => act.type(digits) },
      digits,
    );
  return h(
    'div',
    { class: 'keypad', role: 'group', 'aria-label': say('amount') },
    ...KEYS.map(key),
    h(
      'button',
      { type: 'button', class: 'key', 'data-focus': 'erase', 'aria-label': say('delete'), onclick: act.erase },
      '⌫',
    ),
  );
}

function options({ state, act, say }: View): HTMLElement {
  const kind = (value: 'sale' | 'auth'): HTMLElement =>
    h(
      'label',
      { class: 'choice' },
      h('input', {
        type: 'radio',
        name: 'kind',
        value,
        'data-focus': `kind-${value}`,
        checked: state.kind === value,
        onchange: () => act.setKind(value),
      }),
      h('span', {}, say(value)),
    );
  return h(
    'div',
    { class: 'options' },
    h('fieldset', {}, h('legend', {}, say('kind')), h('div', { class: 'segmented' }, kind('sale'), kind('auth'))),
    h(
      'label',
      { class: 'check' },
      h('input', {
        type: 'checkbox',
        'data-focus': 'offer-currency',
        'data-act': 'offer-currency',
        checked: state.offersCurrency,
        onchange: (event) => act.offerCurrency((event.target as HTMLInputElement).checked),
      }),
      h('span', {}, say('offer_currency')),
    ),
    h(
      'div',
      { class: 'examples' },
      h('p', {}, say('amount_help')),
      ...EXAMPLES.map(([amount, word]) =>
        button(`try-${amount}`, {
          label: `${yen(Number(amount))} ${say(word)}`,
          look: 'quiet',
          onclick: () => act.setAmount(amount),
        }),
      ),
    ),
  );
}

/** After a restart: what is not finished comes before anything new. */
function openNotice({ state: { open }, act, say }: View): HTMLElement | undefined {
  if (open.length === 0) return undefined;
  return h(
    'div',
    { class: 'notice wait', role: 'status', 'data-open-payments': open.length },
    h('p', {}, h('strong', {}, say('open_title')), h('br'), say('open_detail')),
    ...open.slice(0, 3).map((payment) =>
      button('show-open', {
        label: `${payment.money.amount_display} · ${say('show')}`,
        onclick: () => act.show(payment),
      }),
    ),
  );
}
