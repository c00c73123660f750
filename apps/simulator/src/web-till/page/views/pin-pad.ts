import { h } from '../dom.js';
import { button, type View } from './view.js';

const DIGITS_MIN = 4;
const DIGITS_MAX = 12;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The PIN pad of the reader. The digits live in this field alone and go to the reader, never into the state of the page. */
export function pinPad({ act, say }: View): HTMLElement {
  const field = h('input', {
    type: 'password',
    id: 'pin',
    'data-focus': 'pin',
    inputmode: 'numeric',
    autocomplete: 'off',
    maxlength: DIGITS_MAX,
    'aria-label': say('pin'),
    onkeydown: (event) => (event as KeyboardEvent).key === 'Enter' && enter(),
    oninput: () => check(),
  });
  const go = button('enter-pin', { label: say('enter'), look: 'main', disabled: true, onclick: () => enter() });
  const check = (): void => {
    field.value = field.value.replaceAll(/\D/g, '').slice(0, DIGITS_MAX);
    go.disabled = field.value.length < DIGITS_MIN;
  };
  const type = (digit: string): void => {
    field.value += digit;
    check();
  };
  const enter = (): void => {
    const pin = field.value;
    if (pin.length < DIGITS_MIN) return;
    field.value = '';
    act.enterPin(pin);
  };
  const key = (digit: string): HTMLElement =>
    h('button', { type: 'button', class: 'key', 'data-focus': `pin-${digit}`, onclick: () => type(digit) }, digit);
  const erase = (): void => {
    field.value = field.value.slice(0, -1);
    check();
  };
  return h(
    'div',
    { class: 'pin-pad' },
    field,
    h(
      'div',
      { class: 'keypad' },
      ...KEYS.map(key),
      h('button', { type: 'button', class: 'key', 'aria-label': say('delete'), onclick: erase }, '⌫'),
      key('0'),
      go,
    ),
  );
}
