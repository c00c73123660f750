import { h } from '../dom.js';
import type { TrayCard } from '../till-state.js';
import type { Say } from '../words/till-words.js';

/** Names as people say them. The faces are our own drawings: no brand's mark is copied. */
export const BRAND_NAMES: Readonly<Record<string, string>> = {
  jcb: 'JCB',
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  unionpay: 'UnionPay 銀聯',
};

/** A card lying in the tray: a radio button that looks like a card. */
export function cardFace(
  card: TrayCard,
  { isChosen, say, onchange }: { isChosen: boolean; say: Say; onchange: () => void },
): HTMLElement {
  const hasChip = card.entries.includes('chip');
  return h(
    'label',
    { class: `card ${card.brand}` },
    h('input', {
      type: 'radio',
      name: 'card',
      value: card.name,
      class: 'visually-hidden',
      'data-focus': `card-${card.name}`,
      'data-card': card.name,
      checked: isChosen,
      onchange,
    }),
    h(
      'span',
      { class: 'face' },
      h(
        'span',
        { class: 'top-line' },
        h('span', { class: 'brand-name' }, BRAND_NAMES[card.brand] ?? card.brand),
        card.currency !== 'JPY' && h('span', { class: 'currency-tag' }, card.currency),
        card.device !== null && h('span', { class: 'currency-tag' }, say(card.device)),
      ),
      h('span', { class: card.device !== null ? 'waves' : hasChip ? 'chip' : 'stripe', 'aria-hidden': 'true' }),
      h(
        'span',
        { class: 'bottom-line' },
        h('span', { class: 'number' }, h('span', { 'aria-hidden': 'true' }, '•••• '), card.last4),
        h('span', { class: 'funding' }, say(card.funding)),
      ),
    ),
  );
}
