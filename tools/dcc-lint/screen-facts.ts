/** One of the two controls, as the browser computes it. Lengths in CSS pixels. */
export interface ChoiceFacts {
  readonly choice: 'local' | 'foreign';
  readonly text: string;
  /** What only a screen reader or a resting pointer tells: `aria-label`, `title`, `alt`. */
  readonly names: string;
  readonly isShown: boolean;
  readonly isInView: boolean;
  /** Disabled, out of reach of a pointer, or under something else. */
  readonly isDisabled: boolean;
  /** In the order of the Tab key: 0 in that of the document, above 0 before it, below 0 not at all. */
  readonly tabIndex: number;
  /** Checked, pressed, selected, or the control that Enter would take. */
  readonly isPreselected: boolean;
  readonly isFocused: boolean;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Computed values by property, of the control, of what stands in it, of its label, and of what stands around it alone. */
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
  /** The screen at several moments: what blinks is seen in one of them. */
  readonly later: readonly ScreenFacts[];
  /** Enter, pressed while nothing has the focus, has chosen. */
  readonly enterChooses: boolean;
}

/**
 * Reads a screen in the browser. As text, because it runs there: the page has its own globals.
 * Two controls are marked `data-dcc-choice="local"` and `"foreign"`, the words before the choice `data-dcc-disclosure`.
 */
export const READ_SCREEN = String.raw`function () {
  const SIZE = ['fontSize', 'lineHeight', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'transform', 'scale', 'rotate', 'translate', 'zoom'];
  const SIDES = ['Top', 'Right', 'Bottom', 'Left'];
  const BORDERS = SIDES.flatMap((side) => ['Color', 'Style', 'Width'].map((part) => 'border' + side + part));
  const COLOR = ['color', 'backgroundColor', 'backgroundImage', ...BORDERS, 'borderTopLeftRadius', 'borderBottomRightRadius', 'borderImageSource', 'boxShadow',
    'textShadow', 'outlineColor', 'outlineStyle', 'outlineWidth', 'opacity', 'filter', 'backdropFilter', 'mixBlendMode', 'maskImage', 'accentColor',
    'webkitTextFillColor', 'webkitTextStrokeWidth', 'animationName'];
  const WEIGHT = ['fontWeight', 'fontStyle', 'fontStretch', 'fontVariantCaps', 'fontFamily', 'textDecorationLine', 'textDecorationColor', 'textTransform',
    'letterSpacing', 'wordSpacing', 'cursor'];
  const PLAIN = { backgroundColor: 'rgba(0, 0, 0, 0)', backgroundImage: 'none', boxShadow: 'none', outlineStyle: 'none', opacity: '1', filter: 'none',
    backdropFilter: 'none', mixBlendMode: 'normal', animationName: 'none', borderImageSource: 'none' };
  const PICTURES = 'img, svg, picture, canvas, video, [role="img"]';
  const MARKS = /[\p{Extended_Pictographic}\u2605\u2606\u2713\u2714\u25b6\u25ba\u2192\u27a1\u261e\u3010\u203b]/gu;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 1;
  const controls = [...document.querySelectorAll('[data-dcc-choice="local"], [data-dcc-choice="foreign"]')];
  const shown = controls.filter(isShown);
  /** Elements around one control and not around the other, from inside. */
  const around = (element) => {
    const found = [];
    for (let at = element.parentElement; at !== null && shown.every((other) => other === element || !at.contains(other)); at = at.parentElement) found.push(at);
    return shown.length === 2 ? found : [];
  };
  const labelsOf = (element) => [...(element.labels ?? [])].filter((label) => !label.contains(element));
  const isSeen = (element) => element.closest('svg') === null || element.tagName === 'svg';
  const isPart = (element) => isSeen(element) && (element.textContent.trim() !== '' || element.matches(PICTURES) || element.getBoundingClientRect().width > 1);
  const partsOf = (element) => [element, ...labelsOf(element)].flatMap((root) => [root, ...[...root.querySelectorAll('*')].filter(isPart)]);
  const contentOf = (element, pseudo) => {
    const { content } = getComputedStyle(element, pseudo);
    return content === 'none' || content === 'normal' ? undefined : content;
  };
  const computed = (element, names) => {
    const found = {};
    partsOf(element).forEach((each, at) => {
      for (const pseudo of [null, '::before', '::after']) {
        const content = pseudo === null ? undefined : contentOf(each, pseudo);
        if (pseudo !== null && content === undefined) continue;
        const style = getComputedStyle(each, pseudo);
        const prefix = (at === 0 ? '' : 'part ' + at + ' ') + (pseudo ?? '');
        for (const name of names) found[prefix + name] = style[name];
        if (pseudo !== null) found[prefix + 'content'] = content;
      }
    });
    return found;
  };
  /** Only what can be seen of the elements around: a frame, a ground, a shadow, a ribbon. */
  const decoration = (element) => {
    const found = {};
    const add = (name, value) => (found['around ' + name] = ((found['around ' + name] ?? '') + ' ' + value).trim());
    for (const each of [...around(element), ...labelsOf(element).flatMap(around)]) {
      const style = getComputedStyle(each);
      for (const [name, plain] of Object.entries(PLAIN)) if (style[name] !== plain) add(name, style[name]);
      for (const side of SIDES) {
        const [width, line, color] = ['Width', 'Style', 'Color'].map((part) => style['border' + side + part]);
        if (line !== 'none' && width !== '0px') add('border' + side, width + ' ' + line + ' ' + color);
      }
      for (const pseudo of ['::before', '::after']) if (contentOf(each, pseudo) !== undefined) add(pseudo, contentOf(each, pseudo));
    }
    return found;
  };
  const moving = (element) => [element, ...around(element)].reduce((sum, each, at) => sum + each.getAnimations({ subtree: at === 0 }).length, 0);
  /** Pictures and signs in the control and around it alone. */
  const marks = (element) => {
    const root = around(element).at(-1) ?? element;
    const pictures = [root, ...root.querySelectorAll('*')].filter((each) => each.matches(PICTURES) && isSeen(each) && isShown(each)).length;
    return String(pictures + ((root.innerText ?? '').match(MARKS) ?? []).length);
  };
  const namesOf = (element) => [element, ...element.querySelectorAll('*')]
    .flatMap((each) => ['aria-label', 'aria-description', 'title', 'alt'].map((name) => each.getAttribute(name) ?? '')).filter((name) => name !== '').join(' ');
  const inputsOf = (element) => [element, element.control ?? null, ...element.querySelectorAll('input, option')].filter((each) => each !== null);
  const isPreselected = (element) => {
    const marked = ['aria-checked', 'aria-pressed', 'aria-selected', 'aria-current'].some((name) => ![null, '', 'false'].includes(element.getAttribute(name)));
    const ticked = inputsOf(element).some((each) => each.checked === true || (each.tagName === 'OPTION' && each.selected && each.hasAttribute('selected')));
    const isEnter = element.form != null && (element.type === 'submit' || element.type === 'image');
    const isActive = element.id !== '' && document.querySelector('[aria-activedescendant="' + CSS.escape(element.id) + '"]') !== null;
    const isStated = ['checked', 'on', 'active', 'selected'].includes(element.dataset.state ?? '') || 'default' in element.dataset;
    return marked || ticked || isEnter || isActive || isStated;
  };
  const isCovered = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const front = document.elementFromPoint(left + width / 2, top + height / 2);
    return front !== null && !element.contains(front) && !front.contains(element) && ![...(element.labels ?? [])].some((label) => label.contains(front));
  };
  const isDisabled = (element) => element.disabled === true || element.getAttribute('aria-disabled') === 'true' || element.closest('[inert]') !== null
    || getComputedStyle(element).pointerEvents === 'none' || isCovered(element);
  const textOf = (element) => ((element.innerText ?? '').trim() || labelsOf(element).map((label) => label.innerText.trim()).join(' ') || element.value || element.getAttribute('aria-label') || '').trim();
  const focused = controls.filter((element) => inputsOf(element).some((each) => each === document.activeElement || each.hasAttribute('autofocus')));
  if (focused.length > 0) document.activeElement.blur(); // the ring of the focus is no colour of the control
  const choices = controls.map((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return {
      choice: element.dataset.dccChoice,
      text: textOf(element),
      names: namesOf(element),
      isShown: isShown(element),
      isInView: top >= 0 && left >= 0 && top + height <= innerHeight + 1 && left + width <= innerWidth + 1,
      isDisabled: isDisabled(element),
      tabIndex: element.tabIndex,
      isPreselected: isPreselected(element),
      isFocused: focused.includes(element),
      box: { left, top, width, height },
      size: computed(element, SIZE),
      color: { ...computed(element, COLOR), ...decoration(element), 'moving parts': String(moving(element)) },
      weight: { ...computed(element, WEIGHT), marks: marks(element) },
    };
  });
  const blocks = [...document.querySelectorAll('[data-dcc-disclosure]')].filter(isShown);
  return {
    choices,
    isRandomOrder: document.querySelector('[data-dcc-order="random"]') !== null,
    disclosure: blocks.flatMap((block) => block.innerText.split('\n')).map((line) => line.trim()).filter((line) => line !== ''),
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
