import { AppError, Secret } from '@tsunagu/kernel';
import { scrubCardNumbers } from './scrub.js';

/** Names whose text may be a short sentence of ours; any other text must look like a machine word. */
const SENTENCES = new Set(['rule', 'remedy', 'reason', 'route', 'path', 'variable', 'bind', 'url', 'line']);
/** Names that never reach a log, whatever they hold. */
const FORBIDDEN =
  /pan$|pan_|track|cvv|cvc|pin|secret|password|authorization|cipher|^key$|(api|private|zone|session)_?key|body|payload|query|parameters|detail|cause/i;
const MACHINE_WORD = /^[A-Za-z0-9][A-Za-z0-9_.:/@+-]{0,79}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HEX_RUN = /[0-9A-Fa-f]{33,}/;
const ARRAY_MAX = 20;
const TEXT_MAX = 200;

type Safe = string | number | boolean | null | Safe[] | { [name: string]: Safe };

/**
 * Reduce facts to what may be written down: numbers, booleans, ids and machine words. Objects, buffers, long or
 * free text and forbidden names are left out and only their names are listed, so that a missing fact is noticed.
 */
export function safeFacts(facts: Record<string, unknown>): Record<string, Safe> {
  const safe: Record<string, Safe> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined) continue;
    const kept = safeFact(name, value);
    if (kept === undefined) dropped.push(name.slice(0, 40));
    else safe[name] = kept;
  }
  if (dropped.length > 0) safe['dropped'] = dropped.map((name) => scrubCardNumbers(name));
  return safe;
}

function safeFact(name: string, value: unknown): Safe | undefined {
  if (value instanceof Error) return safeError(value);
  if (FORBIDDEN.test(name)) return undefined;
  if (Array.isArray(value)) {
    const items = value.slice(0, ARRAY_MAX).map((item) => safeScalar(name, item));
    return items.includes(undefined) ? undefined : (items as Safe[]);
  }
  return safeScalar(name, value);
}

function safeScalar(name: string, value: unknown): Safe | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return safeNumber(value);
  if (typeof value === 'bigint') return safeText(name, String(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof Secret) return value.toString();
  return typeof value === 'string' ? safeText(name, value) : undefined;
}

/** Twelve digits and more become text, so that the scrubber of the finished line never cuts a JSON number. */
function safeNumber(value: number): Safe {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < 1e11) return Math.round(value * 1000) / 1000;
  return scrubCardNumbers(String(value));
}

function safeText(name: string, text: string): string | undefined {
  if (UUID.test(text)) return text;
  if (HEX_RUN.test(text)) return undefined;
  if (!MACHINE_WORD.test(text) && !SENTENCES.has(name)) return text === '' ? '' : undefined;
  return scrubCardNumbers(text.slice(0, TEXT_MAX));
}

/**
 * An error without what a stranger put into it. Our own messages are constants; those of other people quote values,
 * so of a foreign error only the class, the code and the places remain. `cause` is never followed.
 */
export function safeError(error: unknown): { [name: string]: Safe } {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const places = frames.slice(0, 12).map((line) => scrubCardNumbers(line.trim().slice(0, TEXT_MAX)));
  const code = (error as { code?: unknown }).code;
  const shown: { [name: string]: Safe } = { name: safeText('name', error.name) ?? 'Error', places };
  if (typeof code === 'string') shown['code'] = safeText('code', code) ?? 'unknown';
  if (error instanceof AppError) {
    shown['message'] = scrubCardNumbers(error.message);
    shown['facts'] = safeFacts({ ...error.facts });
  }
  return shown;
}
