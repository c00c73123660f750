import { VERDICTS, type Verdict } from '@tsunagu/contracts';
import { RequestError } from '../problem/request-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[A-Za-z0-9._@-]{2,80}$/;
const REASON = /^\S.{9,499}$/su;

type Fields = Readonly<Record<string, unknown>>;

/** What an operator does about an attempt in doubt. */
export type ResolutionAct =
  | {
      readonly action: 'order';
      readonly attemptId: string;
      readonly verdict: Verdict;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly action: 'approve'; readonly attemptId: string; readonly by: string };

/** @throws RequestError `parameter_invalid` */
export function readResolutionAct(body: unknown): ResolutionAct {
  const fields = (body ?? {}) as Fields;
  const named = { attemptId: text(fields, 'attemptId', UUID), by: text(fields, 'by', NAME) };
  if (fields['action'] === 'approve') return { action: 'approve', ...named };
  if (fields['action'] !== 'order') throw new RequestError('parameter_invalid');
  const verdict = VERDICTS.find((word) => word === fields['verdict']);
  if (verdict === undefined) throw new RequestError('parameter_invalid');
  return { action: 'order', ...named, verdict, reason: text(fields, 'reason', REASON) };
}

function text(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new RequestError('parameter_invalid');
  return value;
}
