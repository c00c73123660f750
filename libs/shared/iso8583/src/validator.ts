import { contentFault } from './content.js';
import type { IsoMessage } from './iso-message.js';
import { presenceIssues } from './presence.js';
import type { Spec } from './spec.js';

/** What a well-formed message does not keep. Names the field and the rule, never a value. */
export interface MessageIssue {
  readonly field: number;
  /** A rule of presence (`mandatory`, `card_number` …), `content` (date, inner length, TLV), or a rule of the spec. */
  readonly rule: string;
}

/** A rule between or inside fields; undefined when it is kept or does not concern the message. */
export type MessageRule = (message: IsoMessage) => MessageIssue | undefined;

/** The third layer: what the codec lets through and the business does not. */
export interface Validator {
  /** @returns empty when the message keeps every rule of the spec */
  check(message: IsoMessage): MessageIssue[];
}

/**
 * Rules of a spec: presence by message, dates and inner layouts, and what its own rules say.
 * The codec of a strict spec refuses wrong content already; here it is named for a spec that leaves it (`allowBadContent`) and for messages that we build.
 */
export function validator(spec: Spec): Validator {
  const laidOut = spec.fields.filter(({ content }) => content !== undefined);
  return {
    check(message) {
      const content = laidOut.flatMap(({ field, content: kind }): MessageIssue[] => {
        const value = message.text(field) ?? message.bytes(field);
        if (kind === undefined || value === undefined) return [];
        return contentFault(kind, value) === undefined ? [] : [{ field, rule: 'content' }];
      });
      const broken = spec.rules.map((rule) => rule(message)).filter((issue) => issue !== undefined);
      return [...presenceIssues(message, spec.presence), ...content, ...broken];
    },
  };
}
