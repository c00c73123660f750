import type { FastifyRequest } from 'fastify';
import { newId, toWireId } from '@tsunagu/kernel';

const SANE = /^[A-Za-z0-9_-]{8,64}$/;
const LONG_NUMBER = /[0-9]{12}/;
const ids = new WeakMap<object, string>();

/**
 * Id of a request in every log line and problem, from the till to the issuer.
 * A sane id of the client is kept; one with a long number in it is not, because that may be a card number.
 */
export function requestIdOf(request: FastifyRequest): string {
  const known = ids.get(request.raw);
  if (known !== undefined) return known;
  const id = saneId(request.headers['request-id']) ?? toWireId('req', newId(new Date()));
  ids.set(request.raw, id);
  return id;
}

function saneId(asked: string | string[] | undefined): string | undefined {
  if (typeof asked !== 'string' || !SANE.test(asked)) return undefined;
  return LONG_NUMBER.test(asked.replaceAll(/[-_]/g, '')) ? undefined : asked;
}

/** Text of the client that may be echoed: long numbers are hidden, because one may be a card number. */
export function echoable(text: string): string {
  return text.slice(0, 200).replaceAll(/[0-9][0-9 ._-]{10,}[0-9]/g, '[number]');
}
