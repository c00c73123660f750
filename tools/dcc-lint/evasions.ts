/** A screen that tries to lead without being caught, and the rules that catch it; none: it only looks so. */
export interface Evasion {
  readonly name: string;
  readonly rules: readonly string[];
  readonly local?: string;
  readonly foreign?: string;
  readonly css?: string;
  readonly script?: string;
}

const button = (choice: 'local' | 'foreign', more = '', inner = choice === 'local' ? 'JPY 15,000' : 'USD 100.68') =>
  `<button type="button" class="choice" data-dcc-choice="${choice}" ${more}>${inner}</button>`;
const radio = (choice: 'local' | 'foreign', more = '', label = '') =>
  `<input type="radio" name="currency" id="${choice}" data-dcc-choice="${choice}" ${more}><label for="${choice}" ${label}>${
    choice === 'local' ? 'JPY 15,000' : 'USD 100.68'
  }</label>`;
const RADIOS = { local: radio('local'), foreign: radio('foreign') };
const cell = (inner: string, more = '') => `<div ${more}>${inner}</div>`;

const PULSE = 'foreign.animate([{ opacity: 1 }, { opacity: 0.99 }], { duration: 1e6, iterations: Infinity }).pause()';
const LATER = `const all = document.querySelector('.choices'), html = all.innerHTML; all.innerHTML = ''; setTimeout(() => (all.innerHTML = html), 800)`;

/** One way each; the screen around them is the neutral one. */
export const EVASIONS: readonly Evasion[] = [
  { name: 'a weight by class', rules: ['weight'], css: '.choice[data-dcc-choice=foreign] { font-weight: 700 }' },
  { name: 'a weight inline', rules: ['weight'], foreign: button('foreign', 'style="font-weight:700"') },
  { name: 'a weaker one', rules: ['color'], local: button('local', 'style="opacity:.6"') },
  { name: 'a scale', rules: ['size'], css: '[data-dcc-choice=foreign] { transform: scale(1.04) }' },
  { name: 'a scale by its own property', rules: ['size'], css: '[data-dcc-choice=foreign] { scale: 1.04 }' },
  { name: 'a scaled cell', rules: ['size'], foreign: cell(button('foreign'), 'style="scale:1.04"') },
  { name: 'a border at one side', rules: ['color'], css: '[data-dcc-choice=foreign] { border-left-color: #0a0 }' },
  { name: 'a shadow', rules: ['color'], css: '[data-dcc-choice=foreign] { box-shadow: 0 0 9px #888 }' },
  {
    name: 'a framed cell',
    rules: ['color'],
    local: cell(button('local')),
    foreign: cell(button('foreign'), 'style="outline:3px solid #0a0"'),
  },
  {
    name: 'a ribbon on the cell',
    rules: ['color'],
    local: cell(button('local')),
    foreign: cell(button('foreign'), 'class="ribbon"'),
    css: '.ribbon::before { content: "!"; position: absolute }',
  },
  {
    name: 'a star beside it',
    rules: ['weight'],
    local: cell(button('local')),
    foreign: cell(`${button('foreign')}<small style="position:absolute">★</small>`),
  },
  {
    name: 'a picture on one side',
    rules: ['weight', 'size', 'color'],
    foreign: button('foreign', '', 'USD 100.68<svg width="9" height="9" style="position:absolute"></svg>'),
  },
  { name: 'a pulse by script', rules: ['color'], script: PULSE },
  {
    name: 'a blink by script',
    rules: ['color'],
    script: `setInterval(() => foreign.classList.toggle('lit'), 300)`,
    css: '.lit { background: #ff8 }',
  },
  { name: 'ticked by property', rules: ['preselected'], ...RADIOS, script: 'foreign.checked = true' },
  { name: 'ticked by attribute', rules: ['preselected'], ...RADIOS, foreign: radio('foreign', 'checked') },
  {
    name: 'ticked for a screen reader',
    rules: ['preselected'],
    foreign: button('foreign', 'role="radio" aria-checked="true"'),
  },
  { name: 'current for a screen reader', rules: ['preselected'], foreign: button('foreign', 'aria-current="step"') },
  { name: 'the state of a component', rules: ['preselected'], foreign: button('foreign', 'data-state="checked"') },
  {
    name: 'the default of a form',
    rules: ['preselected'],
    foreign: `<form>${button('foreign').replace('type="button"', 'type="submit"')}</form>`,
  },
  {
    name: 'a key that chooses',
    rules: ['preselected'],
    script: `addEventListener('keydown', ({ key }) => key === 'Enter' && foreign.click())`,
  },
  {
    name: 'a larger label of a radio button',
    rules: ['size'],
    ...RADIOS,
    foreign: radio('foreign', '', 'style="font-size:20px"'),
  },
  { name: 'autofocus', rules: ['focused'], foreign: button('foreign', 'autofocus') },
  { name: 'the focus by script', rules: ['focused'], script: 'setTimeout(() => foreign.focus(), 400)' },
  { name: 'the Tab key first', rules: ['order'], foreign: button('foreign', 'tabindex="1"') },
  { name: 'no Tab key for the local one', rules: ['reachable'], local: button('local', 'tabindex="-1"') },
  {
    name: 'no pointer for the local one',
    rules: ['reachable'],
    css: '[data-dcc-choice=local] { pointer-events: none }',
  },
  {
    name: 'something over the local one',
    rules: ['reachable'],
    local: `<div style="position:relative">${button('local')}<i style="position:absolute;inset:0"></i></div>`,
  },
  {
    name: 'a choice behind a fold',
    rules: ['choices'],
    local: `<details><summary>…</summary>${button('local')}</details>`,
  },
  { name: 'words for a screen reader', rules: ['wording'], foreign: button('foreign', 'title="おすすめ"') },
  { name: 'put first by style', rules: ['order'], css: '[data-dcc-choice=foreign] { order: -1 }' },
  { name: 'two radio buttons', rules: [], ...RADIOS },
  { name: 'two cells', rules: [], local: cell(button('local')), foreign: cell(button('foreign')) },
  {
    name: 'a flag on each side',
    rules: [],
    local: button('local', '', '🇯🇵 JPY 15,000'),
    foreign: button('foreign', '', '🇺🇸 USD 100.68'),
  },
  { name: 'a screen that comes later', rules: [], script: LATER },
];

/** The neutral screen with the ways of one evasion. @param neutral its HTML */
export function evade(neutral: string, { local, foreign, css = '', script = '' }: Evasion): string {
  const choices = `<div class="choices">${local ?? button('local')}${foreign ?? button('foreign')}</div>`;
  const names = `const [local, foreign] = ['local', 'foreign'].map((name) => document.querySelector('[data-dcc-choice=' + name + ']'))`;
  return neutral
    .replace(/<div class="choices">[\s\S]*<\/div>/, () => `${choices}<script>${names};${script}</script>`)
    .replace('</style>', () => `${css}</style>`);
}
