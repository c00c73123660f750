import type { CablePlace } from '../cable.js';
import { h } from '../dom.js';
import type { TillWord } from '../words/till-words.js';
import { button, type View } from './view.js';

const CABLE_WORDS: Readonly<Record<CablePlace, TillWord>> = {
  plugged: 'cable_plugged',
  pulled: 'cable_pulled',
  pulled_after_send: 'cable_will_pull',
};

/** Who this till is, its language, and the cable that anybody may pull. */
export function headerView(view: View, { merchant, terminal }: { merchant: string; terminal: string }): HTMLElement {
  const { act, say } = view;
  return h(
    'header',
    { class: 'top' },
    h('div', { class: 'brand' }, h('strong', {}, 'Tsunagu'), h('span', { class: 'badge' }, say('test_mode'))),
    h('div', { class: 'place', title: merchant }, `${say('terminal')} ${terminal.slice(-6)}`),
    cableView(view),
    h(
      'nav',
      { class: 'tools', 'aria-label': say('title') },
      button('payments', { label: say('history'), look: 'quiet', onclick: act.showPayments }),
      button('language', { label: say('language_other'), look: 'quiet', onclick: act.switchLanguage }),
    ),
  );
}

function cableView({ state: { cable }, act, say }: View): HTMLElement {
  const place = h(
    'span',
    { class: `cable-place ${cable}`, role: 'status', 'data-cable': cable },
    h('span', { class: 'visually-hidden' }, `${say('cable')}: `),
    say(CABLE_WORDS[cable]),
  );
  const moves =
    cable === 'plugged'
      ? [
          button('pull', {
            label: say('cable_pull'),
            look: 'quiet',
            'data-focus': 'cable',
            onclick: () => act.moveCable('pulled'),
          }),
          button('pull-after-send', {
            label: say('cable_pull_after'),
            look: 'quiet',
            onclick: () => act.moveCable('pulled_after_send'),
          }),
        ]
      : [
          button('plug', {
            label: say('cable_plug'),
            look: 'quiet',
            'data-focus': 'cable',
            onclick: () => act.moveCable('plugged'),
          }),
        ];
  return h('div', { class: 'cable', role: 'group', 'aria-label': say('cable') }, place, ...moves);
}
