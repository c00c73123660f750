import { h } from '../dom.js';
import type { WirePlan } from '../payment.js';
import { amountOf } from '../till-state.js';
import { planWords } from './plan-words.js';
import { button, cashierSentence, heading, yen, type View } from './view.js';

/** The till waits for a card. */
export function cardView({ state, act, say }: View): HTMLElement {
  return h(
    'section',
    { class: 'screen', 'data-screen': 'card' },
    heading(say('present_card')),
    h('p', { class: 'figure' }, yen(amountOf(state))),
    h('p', { class: 'lead' }, say('present_how')),
    h('div', { class: 'actions' }, button('stop', { label: say('cancel_sale'), onclick: act.stop })),
  );
}

/** The customer types a PIN at the reader: with the card, or because the card company asks for it. */
export function pinView({ state, act, say }: View): HTMLElement {
  const asked = cashierSentence(state);
  return h(
    'section',
    { class: 'screen', 'data-screen': 'pin' },
    heading(say('pin_title')),
    h('p', { class: 'figure' }, state.payment?.money.amount_display ?? yen(amountOf(state))),
    asked !== undefined && h('p', { class: 'notice wait', 'data-cashier': state.payment?.cashier_state.code }, asked),
    h('p', { class: 'lead' }, say(asked === undefined ? 'pin_help' : 'pin_wanted')),
    h('div', { class: 'actions' }, button('stop', { label: say('cancel_sale'), onclick: act.stop })),
  );
}

/** The card company wants the chip. */
export function insertView({ state, act, say }: View): HTMLElement {
  return h(
    'section',
    { class: 'screen', 'data-screen': 'insert' },
    heading(say('insert_title')),
    h('p', { class: 'figure' }, state.payment?.money.amount_display ?? ''),
    h('p', { class: 'notice wait', 'data-cashier': state.payment?.cashier_state.code }, cashierSentence(state)),
    h('p', { class: 'lead' }, say('insert_help')),
    h('div', { class: 'actions' }, button('stop', { label: say('cancel_sale'), onclick: act.stop })),
  );
}

/** 支払区分: only what the table allows for this card, with days and amounts. */
export function planView({ state, act, say }: View): HTMLElement {
  const marked = state.plans.find(({ name }) => name === state.plan);
  return h(
    'section',
    { class: 'screen plan', 'data-screen': 'plan' },
    heading(say('plan_title')),
    h(
      'div',
      { class: 'plan-body' },
      h(
        'fieldset',
        { class: 'plans' },
        h('legend', { class: 'visually-hidden' }, say('plan_title')),
        ...state.plans.map((plan) =>
          h(
            'label',
            { class: 'choice row' },
            h('input', {
              type: 'radio',
              name: 'plan',
              value: plan.name,
              'data-plan': plan.name,
              'data-focus': `plan-${plan.name}`,
              checked: plan.name === state.plan,
              onchange: () => act.markPlan(plan.name),
            }),
            h('span', {}, planWords(plan, state.language)),
          ),
        ),
      ),
      marked && schedule(marked, { say, state }),
    ),
    h(
      'div',
      { class: 'actions' },
      button('stop', { label: say('cancel_sale'), onclick: act.stop }),
      button('confirm-plan', { label: say('plan_choose'), look: 'main', onclick: act.confirmPlan }),
    ),
  );
}

function schedule(plan: WirePlan, { say, state }: Pick<View, 'say' | 'state'>): HTMLElement {
  const rows = plan.schedule.map(({ date, money, bonus }, at) =>
    h(
      'tr',
      {},
      h('td', {}, bonus ? (state.language === 'ja' ? 'ボーナス' : 'bonus') : String(at + 1)),
      h('td', {}, date.replaceAll('-', '/')),
      h('td', { class: 'number' }, money.amount_display),
    ),
  );
  return h(
    'div',
    { class: 'schedule', 'aria-live': 'polite' },
    h('h2', {}, planWords(plan, state.language)),
    plan.schedule.length === 0 ? h('p', {}, say('plan_open')) : h('table', {}, h('tbody', {}, ...rows)),
    h('p', { class: 'sum' }, `${say('plan_sum')} `, h('strong', {}, yen(amountOf(state)))),
    plan.cardholder_fee === 'issuer_terms' && h('p', { class: 'small' }, say('plan_fee')),
  );
}
