import type { IncomingHttpHeaders } from 'node:http';
import { parseStrictJson } from '@tsunagu/platform';
import { fieldsError, RequestError } from '../problem/request-error.js';

/** Largest body of a request, in bytes. @source api-conventions.md §1 */
export const BODY_MAX_BYTES = 65_536;

/** The other kind of body, on the one route that takes a picture. */
export const PICTURE_TYPE = 'image/png';
const PICTURE_ROUTE = '/v1/payments/:id/signature';

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** @param route template of the route: one of them takes a picture, all others JSON. @throws RequestError `unsupported_media_type` */
export function checkMediaType(headers: IncomingHttpHeaders, route: string | undefined): void {
  const wanted = route === PICTURE_ROUTE ? PICTURE_TYPE : 'application/json';
  const { 'content-type': given = '', 'content-encoding': encoding } = headers;
  const isWanted = wanted === PICTURE_TYPE ? given.toLowerCase() === PICTURE_TYPE : JSON_TYPE.test(given);
  if (encoding !== undefined || given.length > 100 || !isWanted)
    throw new RequestError('unsupported_media_type', { headers: { Accept: wanted } });
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
