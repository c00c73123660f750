import { h } from '../dom.js';
import { verdictOf, type TillPayment } from '../payment.js';
import { BRAND_NAMES } from './card-face.js';
import { button, heading, type View } from './view.js';

/** Payments of this terminal, newest first; what is open stands above. */
export function paymentsView(view: View): HTMLElement {
  const { state, act, say } = view;
  const openIds = state.open.map(({ id }) => id);
  const rest = state.recent.filter(({ id }) => !openIds.includes(id));
  const all = [...state.open, ...rest];
  return h(
    'section',
    { class: 'screen payments', 'data-screen': 'payments' },
    heading(say('recent')),
    all.length === 0
      ? h('p', { class: 'lead' }, say('recent_none'))
      : h('ul', { class: 'list' }, ...all.map((payment) => row(payment, view))),
    h('div', { class: 'actions' }, button('back', { label: say('back'), onclick: act.back })),
  );
}

function row(payment: TillPayment, { state, act, say }: View): HTMLElement {
  const { verdict, tone } = verdictOf(payment);
  const time = new Date(payment.created_at).toLocaleTimeString(state.language, {
    timeZone: 'Asia/Tokyo',
    hour: '2-digit',
    minute: '2-digit',
  });
  const card =
    payment.card === null ? '' : `${BRAND_NAMES[payment.card.brand] ?? payment.card.brand} •••• ${payment.card.last4}`;
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'payment', 'data-focus': payment.id, onclick: () => act.show(payment) },
      h('span', {}, time),
      h('span', {}, card),
      h('span', { class: 'number' }, payment.money.amount_display),
      h('span', { class: `tag ${tone}` }, say(verdict)),
    ),
  );
}
