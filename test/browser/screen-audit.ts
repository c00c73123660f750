import type { Page } from 'playwright-core';

/**
 * What is wrong with the screen that the browser shows now; empty when nothing is.
 * Text without enough contrast, a keyboard without a place, controls too small to hit, anything that sticks out sideways, controls without a name.
 * @source WCAG 2.2: 1.4.3 contrast, 1.4.10 reflow, 2.4.3 focus order, 2.5.8 target size, 4.1.2 name
 */
export async function auditScreen(page: Page): Promise<string[]> {
  // As text: the page has its own globals, and these functions run there.
  return (await page.evaluate(`(${auditSource})()`)) as string[];
}

const auditSource = `function () {
  const found = [];
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
  const isInactive = (element) => element.closest(':disabled') !== null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || !isShown(element) || isInactive(element)) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(parse(style.color).slice(0, 3)), luminance(backgroundOf(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push('contrast ' + ratio.toFixed(2) + ': ' + text.slice(0, 40));
  }
  for (const control of document.querySelectorAll('button, select, input:not(.visually-hidden)')) {
    if (!isShown(control)) continue;
    const target = control.matches('[type=radio], [type=checkbox]') ? control.closest('label') ?? control : control;
    const { width, height } = target.getBoundingClientRect();
    if (width < 24 || height < 24) found.push('too small: ' + control.outerHTML.slice(0, 80));
    const name = control.getAttribute('aria-label') ?? control.closest('label')?.textContent ?? control.textContent;
    if ((name ?? '').trim() === '') found.push('no name: ' + control.outerHTML.slice(0, 80));
  }
  if (document.activeElement === null || document.activeElement === document.body) found.push('the keyboard is nowhere');
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push('sticks out by ' + wide + ' px');
  for (const element of document.querySelectorAll('.button, .key, .face span, .banner h1, dt, dd'))
    if (isShown(element) && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
      found.push('cut off: ' + element.textContent.slice(0, 40));
  return found;
}`;
