import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

/** Of one connection only; the next one has its own. @source RFC 9110 §7.6.1 */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'host']);

/**
 * Hand a request of the page on to the api, byte by byte, streams included: same origin, so the browser asks nobody.
 * Nothing is added: the key in `Authorization` is the page's own. When the api is away the connection ends without an answer, as a broken line does.
 */
export function passOn(api: URL, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const onward = ask(new URL(url ?? '/', api), { method, headers: passable(headers) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, passable(answer.headers));
    response.flushHeaders(); // an event stream begins before its first event
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}

function passable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}
