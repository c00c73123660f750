import { classifyAction, responseMti, type IsoMessage } from '@tsunagu/iso8583';
import { refusalWords } from './refusal-words.js';
import type { AcknowledgedKind, AcknowledgementReading, AnswerReading } from '@tsunagu/links';

/** What an answer must give back unchanged when it carries it at all. @source reference/iso8583-1993.md §5.1 */
const ECHOED = [3, 32, 37, 41, 42, 49] as const;
/** @source reference/iso8583-1993.md §17.3, SAF */
const DONE = { reversal: ['000', '400', '900', '901', '914'], advice: ['000', '900', '901'] } as const;
const RETRY = ['906', '907', '909', '910', '911', '912', '923'];

/**
 * Read a 1110 or 1210. Whatever is neither a clean yes nor a clean no is unusable: an unknown outcome.
 * @param domesticTag tag of field 48 for the domestic code of a refusal; null: this counterpart sends none
 */
export function readAnswer(request: IsoMessage, answer: IsoMessage, domesticTag: string | null): AnswerReading {
  const actionCode = answer.text(39);
  if (actionCode === undefined) return { kind: 'unusable', actionCode: null };
  const isOurs = answer.mti === responseMti(request.mti) && echoes(request, answer);
  return (isOurs ? reading(request, answer, actionCode, domesticTag) : undefined) ?? { kind: 'unusable', actionCode };
}

function reading(
  request: IsoMessage,
  answer: IsoMessage,
  actionCode: string,
  domesticTag: string | null,
): AnswerReading | undefined {
  const facts = { actionCode, emvResponse: answer.bytes(55)?.toString('hex').toUpperCase() ?? null };
  switch (classifyAction(actionCode).outcome) {
    case 'declined':
    case 'referral':
      return { kind: 'declined', ...facts, ...refusalWords(answer, domesticTag) };
    case 'approved':
    case 'partial':
      return approval(request, answer, facts);
    case 'accepted':
    case 'unknown':
      return undefined;
  }
}

/** A yes needs its approval code, and the amount that was asked for, or less when it is a partial approval. */
function approval(
  request: IsoMessage,
  answer: IsoMessage,
  facts: { actionCode: string; emvResponse: string | null },
): AnswerReading | undefined {
  const approvalCode = answer.text(38)?.trim() ?? '';
  const isPartial = classifyAction(facts.actionCode).outcome === 'partial';
  const requestedMinor = Number(request.text(4));
  const approvedMinor = Number(answer.text(4) ?? NaN);
  const isAmountRight = isPartial
    ? approvedMinor > 0 && approvedMinor <= requestedMinor
    : approvedMinor === requestedMinor;
  if (approvalCode === '' || !isAmountRight) return undefined;
  return { kind: 'approved', approvalCode, approvedMinor, ...facts };
}

function echoes(request: IsoMessage, answer: IsoMessage): boolean {
  return ECHOED.every((field) => !answer.has(field) || answer.text(field)?.trim() === request.text(field)?.trim());
}

/** Read a 1230 or 1430. @param cancelRefusals codes by which the counterpart refuses a customer's cancel, whole or first digits */
export function readAcknowledgement(
  kind: AcknowledgedKind,
  answer: IsoMessage,
  cancelRefusals: readonly string[],
): AcknowledgementReading {
  const actionCode = answer.text(39) ?? null;
  const isAnswer = answer.mti === (kind === 'advice' ? '1230' : '1430');
  if (actionCode === null || !isAnswer || RETRY.includes(actionCode)) return { kind: 'retry', actionCode };
  const done: readonly string[] = DONE[kind === 'advice' ? 'advice' : 'reversal'];
  if (done.includes(actionCode)) return { kind: 'done', actionCode };
  const isDecided = kind === 'cancel' && cancelRefusals.some((code) => actionCode.startsWith(code));
  return { kind: isDecided ? 'declined' : 'refused', actionCode };
}
