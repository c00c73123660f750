import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Counter, Gauge, Registry } from 'prom-client';
import type { FaultPanel } from '../faults/fault-panel.js';
import { parseFault, parseFaults } from '../faults/fault-rule.js';
import { ENDPOINTS, type CountEvent, type IssuerHost } from '../hosts/issuer-host.js';
import { HOST_DEEDS, messageOf, type HostOrder } from '../initiative/host-order.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { ledgerPage, parseLedgerQuery } from '../ledger/ledger-view.js';
import type { RateHost } from '../rates/rate-host.js';
import type { ScriptBook } from '../scripts/script-book.js';
import type { TestDesk } from '../reader/test-desk.js';
import { parseScripts, ScriptError } from '../scripts/script.js';
import type { MessageTrace } from '../trace/message-trace.js';
import { PANEL_PAGE } from './panel-page.js';

/** One simulated link as the panel shows it. */
export interface PanelLink {
  readonly link: string;
  readonly host: IssuerHost;
  readonly ledger: IssuerLedger;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

const BODY_BYTES_MAX = 65_536;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Counters of the hosts, in the Prometheus text format. */
export class SimulatorMetrics {
  readonly registry = new Registry();
  readonly #messages = new Counter({ name: 'simulator_answers_total', help: 'Answers by link, MTI and action code', labelNames: ['link', 'mti', 'action'], registers: [this.registry] }); // prettier-ignore
  readonly #malformed = new Counter({ name: 'simulator_malformed_total', help: 'Frames that could not be read', labelNames: ['link'], registers: [this.registry] }); // prettier-ignore
  readonly #unanswered = new Counter({ name: 'simulator_unanswered_total', help: 'Messages that the host does not answer', labelNames: ['link'], registers: [this.registry] }); // prettier-ignore

  readonly count: CountEvent = (event, labels) => {
    if (event === 'message') this.#messages.inc(labels);
    else if (event === 'malformed') this.#malformed.inc(labels);
    else this.#unanswered.inc(labels);
  };

  /** Read at every scrape, so that the gauges cannot go stale. */
  watch(links: readonly PanelLink[]): void {
    const sessions = new Gauge({ name: 'simulator_sessions', help: 'Open connections', labelNames: ['link'], registers: [this.registry], collect: () => links.forEach(({ link, host }) => sessions.set({ link }, host.sessionCount)) }); // prettier-ignore
    const entries = new Gauge({ name: 'simulator_ledger_entries', help: 'Entries in the book', labelNames: ['link'], registers: [this.registry], collect: () => links.forEach(({ link, ledger }) => entries.set({ link }, ledger.entries().length)) }); // prettier-ignore
  }
}

/** HTTP side of the simulator: fault panel, books, health. For the sandbox and for tests; it has no lock on its door. */
export class PanelServer {
  readonly #server: Server;

  constructor(
    private readonly links: readonly PanelLink[],
    private readonly boards: {
      readonly faults: FaultPanel;
      readonly scripts: ScriptBook;
      readonly rates: RateHost;
      readonly trace: MessageTrace;
      /** Virtual terminals; a simulator without a sandbox has none. */
      readonly terminals?: TestDesk;
    },
    private readonly metrics: SimulatorMetrics,
  ) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  listen(port: number, host = '127.0.0.1'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#answer(request).catch(() => json(500, { message: 'the simulator failed' }));
    if (response.destroyed) return;
    response.writeHead(reply.status, { 'content-type': reply.type, 'cache-control': 'no-store' });
    response.end(reply.body);
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const route = this.#routes[`${request.method} ${url.pathname}`];
    return route === undefined ? json(404, { message: 'no such route' }) : await route(request, url.searchParams);
  }

  readonly #routes: Readonly<
    Record<string, (request: IncomingMessage, search: URLSearchParams) => Promise<Reply> | Reply>
  > = {
    'GET /': () => ({ status: 200, body: PANEL_PAGE, type: 'text/html; charset=utf-8' }),
    'GET /faults': () => json(200, this.boards.faults.state),
    'PUT /faults': async (request, search) => this.#replaceFaults(await bodyOf(request), search.get('link')),
    'POST /faults': async (request) => this.#addFault(await bodyOf(request)),
    'DELETE /faults': () => {
      this.boards.faults.replace([]);
      return json(200, this.boards.faults.state);
    },
    'GET /scripts': () => json(200, scriptsView(this.boards.scripts)),
    'PUT /scripts': async (request) => this.#replaceScripts(await textOf(request)),
    'DELETE /scripts': () => {
      this.boards.scripts.replace([]);
      return json(200, scriptsView(this.boards.scripts));
    },
    'GET /expectations': (_request, search) => json(200, expectationsView(this.boards.scripts, search.get('link'))),
    'POST /orders': async (request, search) => this.#order(await bodyOf(request), search.get('link')),
    'GET /reconciliations': () =>
      json(
        200,
        this.links.flatMap(({ link, host }) => host.desk.reconciliation.notes.map((note) => ({ link, ...note }))),
      ),
    'GET /messages': (_request, search) => this.#messages(search.get('link') ?? '', search.get('after') ?? '0'),
    'GET /links': () => json(200, this.links.map(linkView)),
    'GET /ledger': (_request, search) => this.#ledger(search),
    'POST /dcc/quotes': async (request) => {
      const { status, body } = await this.boards.rates.quote(await bodyOf(request));
      return json(status, body);
    },
    'GET /dcc/rates': () => json(200, this.boards.rates.state),
    'PUT /dcc/rates': async (request) => {
      const fault = this.boards.rates.move(await bodyOf(request));
      return fault === undefined ? json(200, this.boards.rates.state) : json(400, { message: fault });
    },
    'DELETE /dcc/rates': () => {
      this.boards.rates.reset();
      return json(200, this.boards.rates.state);
    },
    'GET /terminals/cards': () => this.#atTerminals((desk) => ({ status: 200, body: desk.cards() })),
    'POST /terminals/present': async (request, search) => {
      const body = await bodyOf(request);
      return this.#atTerminals((desk) => desk.present(search.get('id') ?? '', body));
    },
    'POST /terminals/pin': async (request, search) => {
      const body = await bodyOf(request);
      return this.#atTerminals((desk) => desk.pin(search.get('id') ?? '', body));
    },
    'GET /health/live': () => json(200, { status: 'ok' }),
    'GET /health/ready': () => this.#ready(),
    'GET /metrics': async () => ({
      status: 200,
      body: await this.metrics.registry.metrics(),
      type: this.metrics.registry.contentType,
    }),
  };

  /** The last messages of a link, masked; `after` is the `place` of an earlier look. */
  #messages(link: string, after: string): Reply {
    if (!/^\d{1,15}$/.test(after)) return json(400, { message: 'after is a whole number' });
    const { trace } = this.boards;
    return json(200, { place: trace.place, messages: trace.after(link, Number(after)) });
  }

  #replaceScripts(text: string | undefined): Reply {
    if (text === undefined) return json(400, { message: 'the scripts are too long' });
    try {
      this.boards.scripts.replace(parseScripts(text));
    } catch (error) {
      if (error instanceof ScriptError) return json(400, { message: error.message });
      throw error;
    }
    return json(200, scriptsView(this.boards.scripts));
  }

  /** A message of the host's own beginning; the answer comes back masked. */
  async #order(body: unknown, link: string | null): Promise<Reply> {
    const place = this.links.find((one) => one.link === link);
    const order = body as HostOrder | null | undefined;
    if (place === undefined) return json(400, { message: 'link names one of the hosts' });
    if (typeof order !== 'object' || order === null || !HOST_DEEDS.includes(order.do))
      return json(400, { message: `do is one of ${HOST_DEEDS.join(', ')}` });
    const message = messageOf(order, { ...place, now: Date.now });
    if (typeof message === 'string') return json(400, { message });
    const asked = place.host.ask(message, order.endpoint);
    if (asked === undefined) return json(409, { message: 'nobody is signed on' });
    return json(200, { sent: message, answer: await asked });
  }

  /** All rules, or with `?link=NAME` those of one link only. */
  #replaceFaults(body: unknown, link: string | null): Reply {
    const parsed = parseFaults(body, this.#places());
    if (typeof parsed === 'string') return json(400, { message: parsed });
    if (link === null) this.boards.faults.replace(parsed.rules, parsed.seed);
    else if (parsed.rules.some((rule) => rule.link !== link)) return json(400, { message: `every rule names ${link}` });
    else this.boards.faults.replaceOf(link, parsed.rules);
    return json(200, this.boards.faults.state);
  }

  /** One rule more; those that are armed stay as they are. */
  #addFault(body: unknown): Reply {
    const rule = parseFault(body, this.#places());
    if (typeof rule === 'string') return json(400, { message: rule });
    this.boards.faults.add(rule);
    return json(200, this.boards.faults.state);
  }

  #places(): string[] {
    return this.links.flatMap(({ link }) => [link, ...ENDPOINTS.map((endpoint) => `${link}/${endpoint}`)]);
  }

  #atTerminals(work: (desk: TestDesk) => { readonly status: number; readonly body: object }): Reply {
    const { terminals } = this.boards;
    if (terminals === undefined) return json(404, { message: 'this simulator has no terminals' });
    const { status, body } = work(terminals);
    return json(status, body);
  }

  /** Shows only what is on disk: a reader may compare it with our books at any moment, even after a crash. */
  async #ledger(search: URLSearchParams): Promise<Reply> {
    const query = parseLedgerQuery(search);
    if (typeof query === 'string') return json(400, { message: query });
    const page = ledgerPage(
      this.links.map(({ ledger }) => ledger.entries()),
      query,
    );
    await Promise.all(this.links.map(({ ledger }) => ledger.flushed()));
    return json(200, page);
  }

  #ready(): Reply {
    const failing = this.links.filter(({ host, ledger }) => !host.isListening || !ledger.isSound);
    return json(failing.length === 0 ? 200 : 503, {
      status: failing.length === 0 ? 'ok' : 'failing',
      failing: failing.map(({ link }) => link),
    });
  }
}

function json(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body), type: JSON_TYPE };
}

function linkView({ link, host, ledger }: PanelLink) {
  const { primary: port, standby } = host.ports;
  const { calendar, files } = host.desk;
  return {
    link,
    port,
    standby,
    sessions: host.sessionCount,
    business_date: calendar.date,
    files: files.sizes,
    entries: ledger.entries().length,
  };
}

function scriptsView(book: ScriptBook) {
  return {
    scripts: book.scripts.map(({ name, link, steps }) => ({ name, link, steps: steps.map((step) => step.name) })),
  };
}

function expectationsView(book: ScriptBook, link: string | null) {
  const records = book.records.filter((record) => link === null || record.link === link);
  return { failed: records.filter(({ verdict }) => verdict === 'failed').length, records };
}

/** @returns undefined when the body is too long or no JSON: the parser of the route then says what it expected */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = await textOf(request);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
