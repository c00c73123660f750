import { h } from './dom.js';
import type { MovementName } from './movement.js';
import type { Session } from './reader.js';
import type { Screen, TillState } from './till-state.js';
import type { TillActions } from './till-actions.js';
import { amountView } from './views/amount-view.js';
import { currencyView, rateOverView } from './views/currency-view.js';
import { headerView } from './views/header-view.js';
import { resultView, sendingView, unsentView } from './views/outcome-views.js';
import { paymentsView } from './views/payments-view.js';
import { readerView } from './views/reader-view.js';
import { receiptView, signView } from './views/receipt-views.js';
import { cardView, insertView, pinView, planView } from './views/sale-views.js';
import { button, type View } from './views/view.js';
import { sayIn } from './words/till-words.js';

const VIEWS: Readonly<Record<Screen, (view: View) => HTMLElement>> = {
  amount: amountView,
  card: cardView,
  pin: pinView,
  plan: planView,
  sending: sendingView,
  currency: currencyView,
  rate_over: rateOverView,
  insert: insertView,
  result: resultView,
  unsent: unsentView,
  sign: signView,
  receipt: receiptView,
  payments: paymentsView,
};

/** Draws the whole till from its state, and keeps the place of the keyboard. */
export class Drawing {
  #screen: Screen | undefined;
  #asking: MovementName | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
  ) {}

  draw(state: TillState, act: TillActions): void {
    const view: View = { state, act, say: sayIn(state.language) };
    const focused = document.activeElement?.getAttribute('data-focus');
    const scrolled = this.root.querySelector('[data-keep-scroll]')?.scrollTop ?? 0;
    const { merchant, terminal } = this.session;
    this.root.replaceChildren(
      headerView(view, { merchant, terminal: terminal.id }),
      h(
        'main',
        { class: 'floor', 'data-on': state.screen },
        h('div', { class: 'till' }, troubleView(view), VIEWS[state.screen](view)),
        readerView(view),
      ),
    );
    this.root.querySelector('[data-keep-scroll]')?.scrollTo(0, scrolled);
    if (state.screen === 'card') this.root.querySelector('.card:has(:checked)')?.scrollIntoView({ block: 'nearest' });
    this.#keepFocus(state, focused ?? undefined);
  }

  /**
   * A new screen begins at its heading, or at the field that it is for; the same screen keeps the place where the keyboard was.
   * A question takes the keyboard, and gives it back to the button that asked it.
   */
  #keepFocus({ screen, asking }: TillState, focused: string | undefined): void {
    const isNew = screen !== this.#screen;
    const asked = this.#asking;
    this.#screen = screen;
    this.#asking = asking;
    const first = { amount: '#amount', pin: '#pin', card: '.tray input:checked' }[screen as string];
    if (isNew) return this.#focus(first);
    if (asking !== asked) return this.#focus(asking === undefined ? `[data-act="${asked}"]` : '[data-asks]');
    if (focused !== undefined) this.#focus(`[data-focus="${CSS.escape(focused)}"]`);
  }

  /** What is not there any more leaves the keyboard at the heading, not at nothing. */
  #focus(selector: string | undefined): void {
    const heading = '[data-heading]';
    const element =
      this.root.querySelector<HTMLElement>(selector ?? heading) ?? this.root.querySelector<HTMLElement>(heading);
    element?.focus({ preventScroll: false });
    if (element instanceof HTMLInputElement && element.inputMode === 'numeric') element.setSelectionRange(99, 99);
  }
}

function troubleView({ state: { trouble }, act, say }: View): HTMLElement | undefined {
  if (trouble === undefined) return undefined;
  return h(
    'div',
    { class: 'notice bad', role: 'alert', 'data-trouble': true },
    h('p', {}, h('strong', {}, `${say('trouble')}: `), trouble),
    button('close-trouble', { label: say('close'), look: 'quiet', onclick: act.closeTrouble }),
  );
}
