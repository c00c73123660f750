import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ReaderError } from '../reader/reader-counter.js';
import { cardFaces, ReaderDesk, ReaderRequestError } from '../reader/reader-desk.js';
import { SandboxReaders } from '../reader/sandbox-readers.js';
import { passOn } from './api-proxy.js';

/** Where the web till finds the api, its own files, and the terminal that it stands for. */
export interface WebTillOptions {
  readonly apiUrl: string;
  readonly sandboxFile: string;
  /** Folder with `index.html`, `till.css` and `main.js`. */
  readonly pageDir: string;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

const BODY_BYTES_MAX = 4_096;
const PAGES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/till.css': { file: 'till.css', type: 'text/css; charset=utf-8' },
  '/main.js': { file: 'main.js', type: 'text/javascript; charset=utf-8' },
  '/main.js.map': { file: 'main.js.map', type: 'application/json; charset=utf-8' },
};

/** Scripts and styles come from here alone, and nobody frames a page on which a PIN is typed. */
const SAFE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** A till in the browser: its page, the card reader beside it, and the way to the api. For the sandbox; on this machine alone. */
export class WebTillServer {
  readonly #server: Server;
  readonly #readers: SandboxReaders;
  readonly #reader: ReaderDesk;
  readonly #api: URL;

  constructor(private readonly options: WebTillOptions) {
    this.#api = new URL(options.apiUrl);
    this.#readers = new SandboxReaders(options.sandboxFile);
    this.#reader = new ReaderDesk(this.#readers);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @param port 0 takes a free one @returns the URL of the page */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`);
      });
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isStrange(request)) return send(response, json(403, { message: 'this till talks to its own page alone' }));
    const { pathname } = new URL(request.url ?? '/', 'http://till');
    if (pathname.startsWith('/v1/')) return passOn(this.#api, request, response);
    send(response, await this.#answer(`${request.method} ${pathname}`, request).catch(replyTo));
  }

  async #answer(route: string, request: IncomingMessage): Promise<Reply> {
    if (route === 'GET /session') return json(200, this.#session());
    if (route === 'POST /reader/present') return json(200, this.#reader.present(await bodyOf(request)));
    if (route === 'POST /reader/pin') return json(200, this.#reader.pin(await bodyOf(request)));
    const page = route.startsWith('GET ') ? PAGES[route.slice(4)] : undefined;
    if (page === undefined) return json(404, { message: 'no such route' });
    return { status: 200, type: page.type, body: await readFile(join(this.options.pageDir, page.file)) };
  }

  /** What the page of a terminal is told once: who it is, its key, and what lies in the tray. */
  #session(): object {
    const { merchant, storeId, terminal } = this.#readers.tillPlace();
    const { id, api_key: key } = terminal;
    return { merchant, store_id: storeId, terminal: { id, api_key: key }, cards: cardFaces() };
  }
}

/** Another page, or another name for this machine: neither may read cards here. @source fetch metadata; DNS rebinding */
function isStrange({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string' && !['same-origin', 'none'].includes(site)) return true;
  return !/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? '');
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new ReaderRequestError('content-type is application/json');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw new ReaderRequestError('the body is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ReaderRequestError('the body is no JSON');
    throw error;
  }
}

function replyTo(error: unknown): Reply {
  if (error instanceof ReaderRequestError) return json(400, { message: error.message });
  if (error instanceof ReaderError) return json(503, { message: error.message });
  return json(500, { message: 'the web till failed' });
}

function json(status: number, body: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...SAFE_HEADERS, 'content-type': type }).end(body);
}
