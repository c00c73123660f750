import { mayHoldCardNumber } from '../card-number.js';
import { mask, type FieldValue, type IsoMessage } from '../iso-message.js';
import type { Spec } from '../spec.js';
import { unionPayActionCode, unionPayTransaction } from '../unionpay/answers.js';
import { ACTION_CLASSES, ACTION_CODES } from './action-words.js';
import {
  additionalAmounts,
  amountIn,
  conversionRate,
  currency,
  fees,
  originalAmounts,
  signedAmountIn,
} from './amounts.js';
import { FUNCTION_CODES, MTI_CLASSES, MTI_FUNCTIONS, MTI_ORIGINATORS, REASON_CODES } from './code-words.js';
import {
  dated,
  emvTags,
  originalData,
  posData,
  privateTags,
  processingCode,
  retrievalReference,
  securityData,
} from './inner.js';
import { listed, maskOf, ofText, said, wordOf, type Explain, type Part } from './parts.js';

/** A field for a person: its place in the table, its masked value and what that means. */
export interface ExplainedField {
  readonly field: number;
  readonly name: string;
  readonly value: string;
  /** Empty when the value speaks for itself or must not speak. */
  readonly words: string;
  readonly parts: readonly Part[];
}

type Explainers = Readonly<Record<number, Explain>>;

const actionCode: Explain = ofText((code) => said(actionWords(code)));

/** An action code (field 39) in a few English words; those of its class when the code is not in the table. */
export function actionWords(code: string): string {
  return Object.hasOwn(ACTION_CODES, code) ? (ACTION_CODES[code] as string) : wordOf(ACTION_CLASSES, code.slice(0, 1));
}

/** What each field of the 1993 table means. @source iso8583-1993.md §6 to §12 */
const EDITION_1993: Explainers = {
  3: processingCode,
  4: amountIn(49),
  5: amountIn(50),
  6: amountIn(51),
  9: conversionRate,
  10: conversionRate,
  22: posData,
  24: listed(FUNCTION_CODES),
  25: listed(REASON_CODES),
  30: originalAmounts,
  37: retrievalReference,
  39: actionCode,
  46: fees,
  48: privateTags,
  49: currency,
  50: currency,
  51: currency,
  53: securityData,
  54: additionalAmounts,
  55: emvTags,
  56: originalData,
  86: amountIn(50),
  87: amountIn(50),
  88: amountIn(50),
  89: amountIn(50),
  97: signedAmountIn(50),
};

/** What differs in UnionPay's 1987 table. @source iso8583-1993.md §18 */
const UNIONPAY_1987: Explainers = {
  3: processingCode,
  4: amountIn(49),
  5: amountIn(50),
  6: amountIn(51),
  9: conversionRate,
  10: conversionRate,
  39: ofText((answer) => {
    const action = unionPayActionCode(answer);
    return said(action === undefined ? 'not listed: in doubt' : `action ${action}: ${actionWords(action)}`);
  }),
  49: currency,
  50: currency,
  51: currency,
  54: additionalAmounts,
  55: emvTags,
  60: (_, message) => said(unionPayTransaction(message)?.operation ?? ''),
};

const EDITIONS: Readonly<Record<string, Explainers>> = {
  '1': EDITION_1993,
  '0': UNIONPAY_1987,
};

/** An MTI in words. @example mtiWords('1421') // 'reversal or chargeback, advice, acquirer, repeat' */
export function mtiWords(mti: string): string {
  return [
    wordOf(MTI_CLASSES, mti[1] ?? ''),
    wordOf(MTI_FUNCTIONS, mti[2] ?? ''),
    wordOf(MTI_ORIGINATORS, mti[3] ?? ''),
  ].join(', ');
}

/**
 * Every field of a message for a person. Values come from the mask of the message, and parts of a sensitive field only when
 * they are listed as showable: nothing here prints what a log may not.
 */
export function explainMessage(message: IsoMessage, spec: Spec): ExplainedField[] {
  const masked = mask(message);
  const table = new Map(spec.fields.map((definition) => [definition.field, definition]));
  return message
    .fields()
    .map((field) => explained(message, field, masked[field] ?? '', { spec, of: table.get(field) }));
}

function explained(
  message: IsoMessage,
  field: number,
  shown: string,
  { spec, of }: { spec: Spec; of: Spec['fields'][number] | undefined },
): ExplainedField {
  const value = message.text(field) ?? (message.bytes(field) as Buffer);
  const line = { field, name: of?.name ?? 'not in the table', value: shown };
  if (of?.isSensitive === false && shown !== value) return { ...line, words: 'may hold a card number', parts: [] };
  const explain = EDITIONS[spec.mti.version]?.[field] ?? ownLayout(of);
  const { words, parts } = explain?.(value, message) ?? said('');
  return { ...line, words, parts: parts.map(unnumbered) };
}

/** A tag may hold a card number that does not belong there. */
function unnumbered(part: Part): Part {
  return mayHoldCardNumber(part.value) ? { ...part, value: maskOf(part.value.length) } : part;
}

/** A date says itself, unless it is an expiry date. */
function ownLayout(definition: Spec['fields'][number] | undefined): Explain | undefined {
  const { content, isSensitive } = definition ?? {};
  if (content === undefined || isSensitive === true || definition?.value !== 'num') return undefined;
  return content === 'original-data' ? undefined : (value: FieldValue, message) => dated(content)(value, message);
}
