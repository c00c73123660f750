import type { FieldValue, IsoMessage } from '../iso-message.js';

/** One part of a field's value: what it is, what stands there, and what that means. */
export interface Part {
  readonly label: string;
  /** As a person may see it: sensitive parts come as a mask. */
  readonly value: string;
  readonly meaning: string;
}

/** What a value means, in one line and in parts. */
export interface Meaning {
  readonly words: string;
  readonly parts: readonly Part[];
}

/** Puts a value into words. Text fields come as text, binary fields as bytes; undefined when it has nothing to say. */
export type Explain = (value: FieldValue, message: IsoMessage) => Meaning | undefined;

export const said = (words: string, parts: readonly Part[] = []): Meaning => ({ words, parts });

/** Explain a text field; what is no text has no meaning. */
export function ofText(explain: (text: string, message: IsoMessage) => Meaning | undefined): Explain {
  return (value, message) => (typeof value === 'string' ? explain(value, message) : undefined);
}

/** One code, one word. */
export function listed(words: Readonly<Record<string, string>>, otherwise = 'not listed'): Explain {
  return ofText((code) => said(Object.hasOwn(words, code) ? (words[code] as string) : otherwise));
}

export function wordOf(words: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] as string) : 'not listed';
}

/** How a hidden part shows its length and nothing else. */
export function maskOf(length: number): string {
  return `[${length} masked]`;
}
