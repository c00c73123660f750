import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Counter, Gauge, Registry } from 'prom-client';
import type { FaultPanel } from '../faults/fault-panel.js';
import { parseFaults } from '../faults/fault-rule.js';
import { ENDPOINTS, type CountEvent, type IssuerHost } from '../hosts/issuer-host.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { ledgerPage, parseLedgerQuery } from '../ledger/ledger-view.js';
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
    private readonly faults: FaultPanel,
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
    const route = `${request.method} ${url.pathname}`;
    switch (route) {
      case 'GET /':
        return { status: 200, body: PANEL_PAGE, type: 'text/html; charset=utf-8' };
      case 'GET /faults':
        return json(200, this.faults.state);
      case 'PUT /faults':
        return this.#replaceFaults(await bodyOf(request), url.searchParams.get('link'));
      case 'DELETE /faults':
        this.faults.replace([]);
        return json(200, this.faults.state);
      case 'GET /links':
        return json(
          200,
          this.links.map(({ link, host }) => ({ link, port: host.portOf('primary'), sessions: host.sessionCount })),
        );
      case 'GET /ledger':
        return await this.#ledger(url.searchParams);
      case 'GET /health/live':
        return json(200, { status: 'ok' });
      case 'GET /health/ready':
        return this.#ready();
      case 'GET /metrics':
        return { status: 200, body: await this.metrics.registry.metrics(), type: this.metrics.registry.contentType };
      default:
        return json(404, { message: 'no such route' });
    }
  }

  /** All rules, or with `?link=NAME` those of one link only. */
  #replaceFaults(body: unknown, link: string | null): Reply {
    const names = this.links.flatMap(({ link }) => [link, ...ENDPOINTS.map((endpoint) => `${link}/${endpoint}`)]);
    const parsed = parseFaults(body, names);
    if (typeof parsed === 'string') return json(400, { message: parsed });
    if (link === null) this.faults.replace(parsed.rules, parsed.seed);
    else if (parsed.rules.some((rule) => rule.link !== link)) return json(400, { message: `every rule names ${link}` });
    else this.faults.replaceOf(link, parsed.rules);
    return json(200, this.faults.state);
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

/** @returns undefined when the body is too long or no JSON: the parser of the route then says what it expected */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
