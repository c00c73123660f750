import { Cable } from './cable.js';
import { Centre } from './centre.js';
import { Drawing } from './draw.js';
import { h } from './dom.js';
import { Reader } from './reader.js';
import { Store } from './store.js';
import { freshState } from './till-state.js';
import { Till } from './till.js';

/** Put the till together and draw it. */
async function start(root: HTMLElement): Promise<void> {
  const reader = new Reader();
  const session = await reader.session();
  const language = navigator.language.startsWith('ja') ? 'ja' : 'en';
  document.documentElement.lang = language;
  const drawing = new Drawing(root, session);
  const cable = new Cable(
    (request) => fetch(request),
    (place) => store.set({ cable: place }),
  );
  const centre = new Centre(session, cable, {
    language,
    onRetry: ({ code }) => code === null && store.set({ isSilent: true }),
  });
  const store: Store = new Store(freshState(session.cards, language), (state) => drawing.draw(state, till));
  const till: Till = new Till(store, { reader, centre, cable });
  drawing.draw(store.state, till);
  await till.begin(new URLSearchParams(location.search).get('payment'));
}

const root = document.querySelector<HTMLElement>('#till');
if (root !== null)
  start(root).catch((error: unknown) => {
    const words =
      'このレジを開始できません。npm start が動いていることを確認してください。 The till cannot start: is npm start running?';
    root.replaceChildren(h('p', { class: 'notice bad', role: 'alert' }, words));
    throw error;
  });
