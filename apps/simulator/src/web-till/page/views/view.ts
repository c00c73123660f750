import type { TillActions } from '../till-actions.js';
import type { TillState } from '../till-state.js';
import type { Say } from '../words/till-words.js';
import { h, type Attributes } from '../dom.js';

/** What every view is made from. */
export interface View {
  readonly state: TillState;
  readonly act: TillActions;
  readonly say: Say;
}

/** A button that a test and the keyboard find by its name. @param name becomes `data-act`, and keeps the focus when the page is drawn again */
export function button(
  name: string,
  {
    label,
    look = 'plain',
    onclick,
    ...more
  }: Attributes & { label: string; look?: 'main' | 'plain' | 'quiet' | 'danger'; onclick: () => void },
): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: `button ${look}`, 'data-act': name, 'data-focus': name, onclick, ...more },
    label,
  );
}

/** The heading of a screen; it takes the focus when the screen appears, so that a screen reader reads on from there. */
export function heading(text: string): HTMLHeadingElement {
  return h('h1', { tabindex: -1, 'data-heading': true, 'data-focus': 'heading' }, text);
}

export function yen(amount: number): string {
  return `¥${amount.toLocaleString('ja-JP')}`;
}

/** What the centre tells the clerk about the payment, in the clerk's language. */
export function cashierSentence({ payment, language }: TillState): string | undefined {
  return payment?.cashier_state[language === 'ja' ? 'message_ja' : 'message_en'];
}
