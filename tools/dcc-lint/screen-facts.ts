/** One of the two controls, as the browser computes it. Lengths in CSS pixels. */
export interface ChoiceFacts {
  readonly choice: 'local' | 'foreign';
  readonly text: string;
  readonly isShown: boolean;
  readonly isInView: boolean;
  readonly isDisabled: boolean;
  /** Checked, pressed, selected, or the control that Enter would take. */
  readonly isPreselected: boolean;
  readonly isFocused: boolean;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Computed values by property, of the control and of what stands in it. */
  readonly size: Readonly<Record<string, string>>;
  readonly color: Readonly<Record<string, string>>;
  readonly weight: Readonly<Record<string, string>>;
}

/** What a browser shows of a screen. */
export interface ScreenFacts {
  /** In the order of the document. */
  readonly choices: readonly ChoiceFacts[];
  /** Whether the screen says that it puts the two in an order by lot (`data-dcc-order="random"`). */
  readonly isRandomOrder: boolean;
  /** Lines of what is marked as disclosure, as they stand below each other. */
  readonly disclosure: readonly string[];
  /** Every text of the screen. */
  readonly text: string;
  /** A refresh in the head of the page. */
  readonly refreshes: boolean;
}

/** What happened by itself while the clock went on and nobody touched the screen. */
export interface Unattended {
  readonly chosen: readonly string[];
  readonly after: ScreenFacts;
}

/**
 * Reads a screen in the browser. As text, because it runs there: the page has its own globals.
 * Two controls are marked `data-dcc-choice="local"` and `"foreign"`, the words before the choice `data-dcc-disclosure`.
 */
export const READ_SCREEN = `function () {
  const SIZE = ['fontSize', 'lineHeight', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'transform', 'zoom'];
  const COLOR = ['color', 'backgroundColor', 'backgroundImage', 'borderTopColor', 'borderTopStyle', 'borderTopWidth', 'borderBottomColor',
    'borderBottomWidth', 'borderTopLeftRadius', 'boxShadow', 'textShadow', 'outlineColor', 'outlineStyle', 'opacity', 'filter', 'animationName'];
  const WEIGHT = ['fontWeight', 'fontStyle', 'fontFamily', 'textDecorationLine', 'textTransform', 'letterSpacing'];
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 1;
  const computed = (element, names) => {
    const inner = [element, ...element.querySelectorAll('*')].filter((each) => each === element || each.textContent.trim() !== '');
    const found = {};
    inner.forEach((each, at) => {
      for (const pseudo of at === 0 ? [null, '::before', '::after'] : [null]) {
        const style = getComputedStyle(each, pseudo);
        if (pseudo !== null && (style.content === 'none' || style.content === 'normal')) continue;
        for (const name of names) found[(at === 0 ? '' : 'part ' + at + ' ') + (pseudo ?? '') + name] = style[name];
        if (pseudo !== null) found[pseudo + 'content'] = style.content;
      }
    });
    return found;
  };
  const inputsOf = (element) => [element, element.control ?? null, ...element.querySelectorAll('input, option')].filter((each) => each !== null);
  const isPreselected = (element) => {
    const marked = ['aria-checked', 'aria-pressed', 'aria-selected', 'aria-current'].some((name) => ['true', 'page'].includes(element.getAttribute(name)));
    const ticked = inputsOf(element).some((each) => each.checked === true || (each.tagName === 'OPTION' && each.selected && each.hasAttribute('selected')));
    const isEnter = element.form != null && (element.type === 'submit' || element.type === 'image');
    return marked || ticked || isEnter || element.hasAttribute('data-default');
  };
  const controls = [...document.querySelectorAll('[data-dcc-choice="local"], [data-dcc-choice="foreign"]')];
  const focused = controls.filter((element) => inputsOf(element).some((each) => each === document.activeElement || each.hasAttribute('autofocus')));
  if (focused.length > 0) document.activeElement.blur(); // the ring of the focus is no colour of the control
  const choices = controls.map((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return {
      choice: element.dataset.dccChoice,
      text: (element.innerText ?? element.value ?? '').trim() || (element.value ?? '') || (element.getAttribute('aria-label') ?? ''),
      isShown: isShown(element),
      isInView: top >= 0 && left >= 0 && top + height <= innerHeight + 1 && left + width <= innerWidth + 1,
      isDisabled: element.disabled === true || element.getAttribute('aria-disabled') === 'true',
      isPreselected: isPreselected(element),
      isFocused: focused.includes(element),
      box: { left, top, width, height },
      size: computed(element, SIZE), color: computed(element, COLOR), weight: computed(element, WEIGHT),
    };
  });
  const blocks = [...document.querySelectorAll('[data-dcc-disclosure]')].filter(isShown);
  return {
    choices,
    isRandomOrder: document.querySelector('[data-dcc-order="random"]') !== null,
    disclosure: blocks.flatMap((block) => block.innerText.split('\\n')).map((line) => line.trim()).filter((line) => line !== ''),
    text: document.body.innerText,
    refreshes: document.querySelector('meta[http-equiv="refresh" i]') !== null,
  };
}`;

/** From now on the page notes whatever chooses without a hand: a click, a submit, a tick, or a request that names a choice. */
export const WATCH_SCREEN = `function () {
  const chosen = (window.dccChosen = []);
  const inside = (target) => target instanceof Element && (target.closest('[data-dcc-choice]') !== null || target.querySelector?.('[data-dcc-choice]') !== null);
  for (const kind of ['click', 'submit', 'change']) document.addEventListener(kind, (event) => inside(event.target) && chosen.push(kind), true);
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () { chosen.push('submit'); return submit.call(this); };
  const names = (...parts) => parts.some((part) => typeof part === 'string' && /choice|choose/i.test(part));
  const { fetch } = window;
  window.fetch = (input, init) => { if (names(String(input?.url ?? input), init?.body)) chosen.push('request'); return fetch(input, init); };
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) { this.dccUrl = String(url); return open.call(this, method, url, ...rest); };
  XMLHttpRequest.prototype.send = function (body) { if (names(this.dccUrl, body)) chosen.push('request'); return send.call(this, body); };
  addEventListener('beforeunload', () => chosen.push('navigation'));
}`;
