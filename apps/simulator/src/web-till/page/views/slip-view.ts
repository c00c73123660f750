import { h } from '../dom.js';
import type { SlipLine, TillState } from '../till-state.js';

/** The lines of a slip on paper, as the centre wrote them; a drawn signature stands on its line. */
export function slipView(lines: readonly SlipLine[], { copy, signature }: TillState): HTMLElement {
  return h(
    'div',
    { class: 'slip', tabindex: 0, role: 'document', 'data-receipt': copy },
    ...lines.map((line) => lineView(line, signature)),
  );
}

function lineView({ type, label, text, align, size }: SlipLine, signature: string | undefined): HTMLElement {
  if (type === 'rule') return h('hr');
  if (type === 'space') return h('div', { class: 'space' });
  if (type === 'pair')
    return h('p', { class: `pair ${size}` }, h('span', {}, label), h('span', { class: 'value' }, text));
  if (type === 'signature')
    return h(
      'div',
      { class: 'sign-line' },
      label,
      signature !== undefined && h('img', { class: 'signature', alt: label ?? '', src: signature }),
    );
  return h(
    'p',
    { class: `${type === 'mark' ? 'mark' : 'sentence'} ${align} ${size}` },
    [label, text].filter(Boolean).join(' '),
  );
}
