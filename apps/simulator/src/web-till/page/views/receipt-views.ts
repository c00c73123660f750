import { h } from '../dom.js';
import type { ReceiptCopy } from '../till-state.js';
import { CARDHOLDER_LANGUAGES, LANGUAGE_NAMES, type CardholderLanguage } from '../words/cardholder-languages.js';
import { slipView } from './slip-view.js';
import { signaturePad } from './signature-pad.js';
import { button, heading, type View } from './view.js';

const COPIES: readonly ReceiptCopy[] = ['customer', 'merchant', 'issuer'];

/** The slip as paper: the lines are the centre's, the till only prints them. */
export function receiptView(view: View): HTMLElement {
  const { state, act, say } = view;
  const { receipt } = state;
  return h(
    'section',
    { class: 'screen receipt', 'data-screen': 'receipt' },
    heading(say('receipt')),
    h(
      'div',
      { class: 'receipt-body' },
      h(
        'div',
        { class: 'paper', lang: state.receiptLanguage },
        receipt === 'missing' && h('p', { class: 'missing' }, say('receipt_missing')),
        typeof receipt === 'object' && slipView(receipt.lines, view),
      ),
      receipt !== 'missing' && choices(view),
    ),
    h(
      'div',
      { class: 'actions' },
      button('back', { label: say('back'), onclick: act.back }),
      typeof receipt === 'object' && receipt.pdf !== null && button('pdf', { label: say('pdf'), onclick: act.openPdf }),
      button('next', { label: say('next_customer'), look: 'main', onclick: act.next }),
    ),
  );
}

function choices({ state, act, say }: View): HTMLElement {
  return h(
    'div',
    { class: 'receipt-choices' },
    h(
      'div',
      { class: 'copies', role: 'group', 'aria-label': say('receipt') },
      ...COPIES.map((copy) =>
        button(`copy-${copy}`, {
          label: say(`copy_${copy}`),
          look: 'quiet',
          'aria-pressed': String(state.copy === copy),
          onclick: () => act.setCopy(copy),
        }),
      ),
    ),
    h(
      'label',
      { class: 'select' },
      say('receipt_language'),
      h(
        'select',
        {
          'data-focus': 'receipt-language',
          onchange: (event) => act.setReceiptLanguage((event.target as HTMLSelectElement).value as CardholderLanguage),
        },
        ...CARDHOLDER_LANGUAGES.map((language) =>
          h(
            'option',
            { value: language, lang: language, selected: language === state.receiptLanguage },
            LANGUAGE_NAMES[language],
          ),
        ),
      ),
    ),
  );
}

/** A line to sign on. */
export function signView({ act, say }: View): HTMLElement {
  const done = button('signed', {
    label: say('sign_done'),
    look: 'main',
    disabled: true,
    onclick: () => act.signed(pad.picture()),
  });
  const pad = signaturePad(say('sign_field'), (isDrawn) => (done.disabled = !isDrawn));
  return h(
    'section',
    { class: 'screen', 'data-screen': 'sign' },
    heading(say('sign_title')),
    h('p', { class: 'lead' }, say('sign_help')),
    pad.element,
    h(
      'div',
      { class: 'actions' },
      button('back', { label: say('back'), onclick: act.back }),
      button('sign-again', { label: say('sign_again'), onclick: pad.clear }),
      done,
    ),
  );
}
