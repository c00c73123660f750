import { h } from '../dom.js';
import type { SlipLine } from '../till-state.js';
import type { View } from './view.js';

/** The lines of a slip on paper, as the centre wrote them; a drawn signature stands on its line. */
export function slipView(lines: readonly SlipLine[], view: View): HTMLElement {
  return h(
    'div',
    { class: 'slip', tabindex: 0, role: 'document', 'data-receipt': view.state.copy },
    ...lines.map((line) => lineView(line, view)),
  );
}

function lineView({ type, label, text, align, size }: SlipLine, view: View): HTMLElement {
  if (type === 'rule') return h('hr');
  if (type === 'space') return h('div', { class: 'space' });
  if (type === 'pair')
    return h('p', { class: `pair ${size}` }, h('span', {}, label), h('span', { class: 'value' }, text));
  if (type === 'signature') return h('div', { class: 'sign-line' }, label, signatureOn(label ?? '', view));
  return h(
    'p',
    { class: `${type === 'mark' ? 'mark' : 'sentence'} ${align} ${size}` },
    [label, text].filter(Boolean).join(' '),
  );
}

/** The drawing of this till; after a reload only that the centre keeps it, which is on the PDF. */
function signatureOn(label: string, { state: { signature, payment }, say }: View): HTMLElement | undefined {
  if (signature !== undefined) return h('img', { class: 'signature', alt: label, src: signature });
  const isKept = (payment?.signature ?? null) !== null;
  return isKept ? h('span', { class: 'sentence' }, ` ${say('sign_kept')}`) : undefined;
}
