import { AppError, type ErrorCategory, type ErrorFacts } from '@tsunagu/kernel';
import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';
import type { FieldError } from './field-texts.js';

const CATEGORY_BY_STATUS: Readonly<Record<number, ErrorCategory>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  422: 'unprocessable',
  429: 'limited',
};

/** A request that this process refuses by itself, before or instead of calling a feature. */
export class RequestError extends AppError {
  readonly category: ErrorCategory;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly FieldError[];

  constructor(
    readonly code: ProblemCode,
    more: { headers?: Record<string, string>; fields?: readonly FieldError[]; facts?: ErrorFacts } = {},
  ) {
    super('request refused', { code, ...more.facts });
    this.category = CATEGORY_BY_STATUS[PROBLEMS[code].status] ?? 'invalid';
    this.headers = more.headers ?? {};
    this.fields = more.fields ?? [];
  }
}

/** Which code speaks for all when several fields are wrong: the first of this list that is present. */
const PRECEDENCE: readonly [FieldError['code'], ProblemCode][] = [
  ['contains_pan', 'metadata_contains_pan'],
  ['unknown', 'unknown_parameter'],
  ['required', 'parameter_missing'],
];

/** One error for all wrong fields of a request. */
export function fieldsError(fields: readonly FieldError[]): RequestError {
  const spokesman = PRECEDENCE.find(([fieldCode]) => fields.some(({ code }) => code === fieldCode));
  return new RequestError(spokesman?.[1] ?? defaultCode(fields), { fields });
}

function defaultCode(fields: readonly FieldError[]): ProblemCode {
  return fields.every(({ pointer }) => /(^|\/)amount$/.test(pointer)) ? 'amount_invalid' : 'parameter_invalid';
}
