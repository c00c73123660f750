import type { TillLanguage } from '@tsunagu/kernel';
import type { ReceiptFacts, ReceiptLine, ReceiptWish } from '../receipt-facts.js';
import { WORDS, type Word } from '../words/receipt-words.js';

const PLAIN = { label: null, text: null, align: 'left', size: 'normal' } as const;

export const rule: ReceiptLine = { ...PLAIN, type: 'rule' };
export const space: ReceiptLine = { ...PLAIN, type: 'space' };

export function text(value: string, style: Partial<Pick<ReceiptLine, 'align' | 'size'>> = {}): ReceiptLine {
  return { ...PLAIN, type: 'text', text: value, ...style };
}

export function mark(value: string): ReceiptLine {
  return { ...PLAIN, type: 'mark', text: value, align: 'center', size: 'large' };
}

/** A line to sign on; or, when it says when, one that was signed. */
export function signature(label: string, signed: string | null): ReceiptLine {
  return { ...PLAIN, type: 'signature', label, text: signed, state: signed === null ? 'to_sign' : 'signed' };
}

/** What is being composed: the facts, the wish, and how words are said on this slip. */
export class Slip {
  constructor(
    readonly facts: ReceiptFacts,
    readonly wish: ReceiptWish,
  ) {}

  get isForShop(): boolean {
    return this.wish.copy !== 'customer';
  }

  say(word: Word, language: TillLanguage = this.wish.language): string {
    return WORDS[word][language];
  }

  /** A word that a UnionPay slip says in Chinese as well. @source payment-features.md §4 */
  both(word: Word): string {
    const said = this.say(word);
    const chinese = this.say(word, 'zh-Hans');
    const isEnough = this.facts.method !== 'unionpay' || this.wish.language.startsWith('zh') || said === chinese;
    return isEnough ? said : `${said} / ${chinese}`;
  }

  pair(word: Word, value: string | null, size: ReceiptLine['size'] = 'normal'): ReceiptLine[] {
    return value === null || value === '' ? [] : [{ ...PLAIN, type: 'pair', label: this.say(word), text: value, size }];
  }

  bothPair(word: Word, value: string | null, size: ReceiptLine['size'] = 'normal'): ReceiptLine[] {
    return this.pair(word, value, size).map((line) => ({ ...line, label: this.both(word) }));
  }
}
