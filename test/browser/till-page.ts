import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { auditScreen } from './screen-audit.js';

/** Screenshots of the last run; git-ignored. */
export const PICTURES = resolve(import.meta.dirname, '../../.tsunagu/browser');

const WAIT_MS = 45_000;

type Entry = 'contactless' | 'chip' | 'stripe';

/** The web till as a person uses it: by names on the screen, and by waiting for what it says. */
export class TillPage {
  constructor(
    readonly page: Page,
    private readonly prefix: string,
  ) {
    mkdirSync(PICTURES, { recursive: true });
  }

  act(name: string): Promise<void> {
    return this.page.click(`[data-act="${name}"]`);
  }

  /** Settles when this screen is there. @param more further attributes of the screen, as a CSS selector */
  async on(screen: string, more = ''): Promise<void> {
    await this.page.waitForSelector(`[data-screen="${screen}"]${more}`, { timeout: WAIT_MS });
  }

  /** From the amount to the card in the reader. */
  async sale(amount: number, card: string, entry: Entry): Promise<void> {
    await this.on('amount');
    await this.page.fill('#amount', String(amount));
    await this.act('charge');
    await this.on('card');
    await this.page.check(`[data-card="${card}"]`, { force: true });
    await this.act(`entry-${entry}`);
  }

  async pin(digits: string): Promise<void> {
    await this.on('pin');
    await this.page.fill('#pin', digits);
    await this.act('enter-pin');
  }

  async plan(name: string): Promise<void> {
    await this.on('plan');
    await this.page.check(`[data-plan="${name}"]`);
    await this.act('confirm-plan');
  }

  /** The end of a payment. @returns its id */
  async ended(status: string): Promise<string> {
    await this.on('result', `[data-status="${status}"]`);
    const id = await this.page.getAttribute('[data-screen="result"]', 'data-payment');
    return id ?? '';
  }

  /** A capture or a refund of a part. */
  async part(movement: 'capture' | 'refund', amount: number): Promise<void> {
    await this.act(movement);
    await this.page.fill('#asked', String(amount));
    await this.act('yes');
  }

  /** Tab to a button, forwards from where the keyboard is: a screen begins at its heading, so what it is for is near. */
  async tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 12; presses += 1) {
      await this.page.keyboard.press('Tab');
      if ((await this.page.evaluate('document.activeElement?.dataset.act')) === name) return;
    }
    throw new Error(`the Tab key does not reach ${name}`);
  }

  async next(): Promise<void> {
    await this.act('next');
    await this.on('amount');
  }

  /** Keep a picture, and hold the screen to what everybody needs of it. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(PICTURES, `${this.prefix}-${name}.png`), fullPage: true });
    expect(await auditScreen(this.page), `${this.prefix}-${name}`).toEqual([]);
  }
}
