import { parseStrictJson } from '@tsunagu/platform';
import { fieldsError, RequestError } from '../problem/request-error.js';

/** Largest body of a request, in bytes. @source api-conventions.md §1 */
export const BODY_MAX_BYTES = 65_536;

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** @throws RequestError `unsupported_media_type` */
export function checkMediaType(contentType: string | undefined, contentEncoding: string | undefined): void {
  const isPlain = contentEncoding === undefined;
  if (!isPlain || contentType === undefined || contentType.length > 100 || !JSON_TYPE.test(contentType)) {
    throw new RequestError('unsupported_media_type', { headers: { Accept: 'application/json' } });
  }
}

/**
 * Read a body before any mapping touches it: strict JSON with an object at the top. No body reads as an empty object.
 * @throws StrictJsonError `invalid_json`, `duplicate_key`, `body_too_deep`; RequestError `parameter_invalid`
 */
export function readBody(raw: Buffer): unknown {
  if (raw.length === 0) return {};
  const value = parseStrictJson(raw);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fieldsError([{ pointer: '', code: 'not_object' }]);
  }
  return value;
}
