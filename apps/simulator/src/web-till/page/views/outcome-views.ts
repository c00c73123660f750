import { h } from '../dom.js';
import { isQuiet, verdictOf, wantsSignature, type TillPayment, type Tone, type Verdict } from '../payment.js';
import { faultOf, mostOf, type MovementName } from '../movement.js';
import type { TillWord } from '../words/till-words.js';
import { BRAND_NAMES } from './card-face.js';
import { planWords } from './plan-words.js';
import { button, cashierSentence, heading, yen, type View } from './view.js';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', wait: '…', plain: '–' };
const VERDICT_WORDS: Readonly<Record<Verdict, TillWord>> = {
  approved: 'approved',
  partly: 'partly',
  declined: 'declined',
  cancelled: 'cancelled',
  refunded: 'refunded',
  partly_refunded: 'partly_refunded',
  ended: 'ended',
  checking: 'checking',
  sending: 'sending',
};
const CHARGED: Readonly<Record<string, TillWord>> = { yes: 'charged_yes', no: 'charged_no' };
const MOVEMENTS: readonly MovementName[] = ['capture', 'refund', 'release', 'cancel'];

/** Something is on its way: whether the line holds is said, too. */
export function sendingView(view: View): HTMLElement {
  const { state, say } = view;
  const { payment } = state;
  const verdict = payment === undefined ? 'sending' : verdictOf(payment).verdict;
  const [word, detail] = state.isSilent
    ? ([say('silent'), say('silent_detail')] as const)
    : ([
        say(verdict === 'checking' ? 'checking' : 'sending'),
        cashierSentence(state) ?? say('sending_detail'),
      ] as const);
  return h(
    'section',
    { class: 'screen outcome', 'data-screen': 'sending', 'data-silent': String(state.isSilent), 'aria-busy': 'true' },
    banner({ tone: 'wait', word, detail, code: state.payment?.cashier_state.code ?? 'processing' }),
    h('div', { class: 'progress', 'aria-hidden': 'true' }),
  );
}

/** The line broke before an answer, or the till was started anew: the clerk decides how to find out. */
export function unsentView({ act, say }: View): HTMLElement {
  return h(
    'section',
    { class: 'screen outcome', 'data-screen': 'unsent' },
    banner({ tone: 'wait', word: say('unsent'), detail: say('unsent_detail'), code: 'unsent' }),
    h(
      'div',
      { class: 'actions' },
      button('give-up', { label: say('give_up'), onclick: act.giveUp }),
      button('resume', { label: say('resume'), look: 'main', onclick: act.resume }),
    ),
  );
}

/** How it ended, in words, a sign and a colour; and what may be done now. */
export function resultView(view: View): HTMLElement {
  const { state, act, say } = view;
  const { payment } = state;
  if (payment === undefined) return nothingTaken(view);
  const { verdict, tone } = verdictOf(payment);
  return h(
    'section',
    { class: 'screen outcome', 'data-screen': 'result', 'data-payment': payment.id, 'data-status': payment.status },
    banner({
      tone,
      word: say(VERDICT_WORDS[verdict]),
      detail: cashierSentence(state) ?? '',
      code: payment.cashier_state.code,
    }),
    facts(payment, view),
    state.asking === undefined ? movements(payment, view) : question(state.asking, payment, view),
    h(
      'div',
      { class: 'actions' },
      button('receipt', { label: say('receipt'), onclick: act.showReceipt }),
      wantsSignature(payment) && signing(view),
      isQuiet(payment)
        ? button('next', { label: say('next_customer'), look: 'main', onclick: act.next })
        : button('resume', { label: say('resume'), look: 'main', onclick: act.resume }),
    ),
  );
}

/** The purchase never arrived, and now never can. */
function nothingTaken({ act, say }: View): HTMLElement {
  return h(
    'section',
    { class: 'screen outcome', 'data-screen': 'result', 'data-status': 'nothing' },
    banner({ tone: 'plain', word: say('not_taken'), detail: '', code: 'burned' }),
    h('div', { class: 'actions' }, button('next', { label: say('next_customer'), look: 'main', onclick: act.next })),
  );
}

/** A drawing that did not arrive goes again as it is: another one would be refused if the first did arrive after all. */
function signing({ state: { signature }, act, say }: View): HTMLElement {
  if (signature === undefined) return button('sign', { label: say('sign'), onclick: act.showSignature });
  return button('sign-resend', { label: say('sign_resend'), onclick: () => act.signed(signature) });
}

function banner({ tone, word, detail, code }: { tone: Tone; word: string; detail: string; code: string }): HTMLElement {
  return h(
    'div',
    { class: `banner ${tone}`, role: 'status', 'data-cashier': code },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[tone]),
    h('div', {}, heading(word), h('p', {}, detail)),
  );
}

function facts(payment: TillPayment, { state, say }: View): HTMLElement {
  const { card, dcc } = payment;
  const rows: [TillWord, string | null][] = [
    ['amount', payment.money.amount_display],
    ['paid_in', dcc?.status === 'accepted' ? dcc.amount_display : null],
    ['charged', say(CHARGED[payment.customer_charged] ?? 'charged_unknown')],
    ['card', card === null ? null : `${BRAND_NAMES[card.brand] ?? card.brand} ••••\u00a0${card.last4}`],
    ['plan', payment.payment_plan.type === 'one_time' ? null : planWords(payment.payment_plan, state.language)],
    ['captured_sum', payment.kind === 'auth' && payment.captured.amount > 0 ? payment.captured.amount_display : null],
    ['refunded_sum', gaveBack(payment) ? payment.refunded.amount_display : null],
    ['verified', verifiedBy(payment, say)],
    ['signature', (payment.signature ?? null) === null ? null : say('sign_kept')],
    ['approval_code', payment.approval_code],
    ['payment_id', payment.id],
  ];
  const shown = rows.filter((row): row is [TillWord, string] => row[1] !== null);
  return h(
    'dl',
    { class: 'facts' },
    ...shown.map(([word, value]) => h('div', {}, h('dt', {}, say(word)), h('dd', {}, value))),
  );
}

/** A cancelled payment has taken nothing, so there is nothing to have given back. */
function gaveBack({ status, refunded }: TillPayment): boolean {
  return refunded.amount > 0 && status !== 'voided';
}

const CVM_WORDS: Readonly<Record<string, TillWord>> = {
  none: 'cvm_none',
  signature: 'cvm_signature',
  offline_pin: 'cvm_pin',
  online_pin: 'cvm_pin',
  device: 'cvm_device',
  offline_pin_and_signature: 'cvm_both',
};

function verifiedBy({ presentment }: TillPayment, say: View['say']): string | null {
  const word = CVM_WORDS[presentment?.cvm ?? ''];
  return word === undefined ? null : say(word);
}

function movements(payment: TillPayment, { act, say }: View): HTMLElement | undefined {
  const allowed = MOVEMENTS.filter((name) => payment.allowed_actions.includes(name));
  if (allowed.length === 0) return undefined;
  return h(
    'div',
    { class: 'movements' },
    ...allowed.map((name) => button(name, { label: say(name), look: 'quiet', onclick: () => act.ask(name) })),
  );
}

/** The last look before money moves; a capture and a refund may be of a part. */
function question(name: MovementName, payment: TillPayment, view: View): HTMLElement {
  const { state, act, say } = view;
  const most = mostOf(name, payment);
  const fault = faultOf(Number(state.asked), most);
  return h(
    'div',
    {
      class: 'notice plain question',
      role: 'group',
      'aria-label': say(`sure_${name}`),
      onkeydown: (event) => (event as KeyboardEvent).key === 'Escape' && act.ask(undefined),
    },
    h('p', {}, say(`sure_${name}`)),
    most !== undefined && howMuch(name, most, view),
    h(
      'div',
      { class: 'answers' },
      button('no', { label: say('no_back'), 'data-asks': most === undefined, onclick: () => act.ask(undefined) }),
      button('yes', {
        label: most === undefined ? say('yes_do') : `${yen(Number(state.asked))} ${say(name)}`,
        look: 'danger',
        disabled: fault !== undefined,
        onclick: () => act.move(name),
      }),
    ),
  );
}

function howMuch(name: MovementName, most: number, { state, act, say }: View): HTMLElement {
  const fault = faultOf(Number(state.asked), most);
  return h(
    'div',
    { class: 'how-much' },
    h(
      'label',
      {},
      h('span', {}, `${say('how_much')} (¥)`),
      h('input', {
        id: 'asked',
        'data-focus': 'asked',
        'data-asks': true,
        inputmode: 'numeric',
        autocomplete: 'off',
        'aria-describedby': 'asked-help',
        'aria-invalid': String(fault !== undefined),
        value: state.asked === '' ? '' : Number(state.asked).toLocaleString('ja-JP'),
        oninput: (event) => act.setAsked((event.target as HTMLInputElement).value),
        onkeydown: (event) => (event as KeyboardEvent).key === 'Enter' && fault === undefined && act.move(name),
      }),
    ),
    h(
      'p',
      { id: 'asked-help', class: fault === 'too_much' ? 'fault' : 'small', role: 'status' },
      `${say(fault === 'too_much' ? 'too_much' : 'at_most')} ${yen(most)}`,
    ),
  );
}
