import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { toWireId } from '@tsunagu/kernel';
import { SandboxSeed, type SeededTenant } from '@tsunagu/merchants';
import { startApp, type RunningApp } from '@tsunagu/platform';
import { AppModule } from '../app.module.js';
import { configureApi } from '../configure-api.js';
import { PublishedDocument } from '../docs/published-document.js';
import { anOrder } from './api-under-test.js';
import { replyErrors } from './schema-check.js';

export type Json = Record<string, unknown>;

const OPENED = {
  tokenId: randomUUID(),
  card: { brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 12, expYear: 2030, funding: 'credit', country: 'JP', issuerName: null },
  envelope: { sad: 'sad.c2Fk', account: 'account.YWNjb3VudA==' },
}; // prettier-ignore

/** A migrated database that belongs to one spec; the spec makes it, because only specs know the kit. */
interface Database {
  url(role: 'gateway'): string;
  drop(): Promise<void>;
}

/** How a request of a test differs from a GET by the first tenant's key. */
export interface Asked {
  readonly key?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Which of the api processes. */
  readonly node?: number;
}

/** Api processes on one real database, with a vault over the wire that opens every card alike. */
export class ApiHouse {
  private constructor(
    private readonly db: Database,
    readonly nodes: readonly RunningApp[],
    readonly tenants: readonly SeededTenant[],
    private readonly vault: Server,
  ) {}

  /** @param doors what the vault answers, also to a card; undefined: every card opens alike, and there is no such thing */
  static async start(making: Promise<Database>, nodeCount = 1, doors: VaultDoors = () => undefined): Promise<ApiHouse> {
    const [db, vault] = await Promise.all([making, startVault(doors)]);
    const nodes: RunningApp[] = [];
    for (let index = 1; index <= nodeCount; index += 1)
      nodes.push(await startNode({ ...surroundings(db, vault), NODE_NAME: `api-${index}` }));
    const tenants = await nodes[0]!.app.get(SandboxSeed, { strict: false }).seed();
    return new ApiHouse(db, nodes, tenants, vault);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.vault.closeAllConnections();
    await new Promise((resolve) => this.vault.close(resolve));
    await this.db.drop();
  }

  url(path: string, node = 0): string {
    return `http://127.0.0.1:${this.nodes[node]!.port}${path}`;
  }

  /** One of the three tenants of the sandbox: two without limits, one with. */
  tenant(index: number): SeededTenant {
    return this.tenants[index]!;
  }

  terminal(tenant: number, store = 0): SeededTenant['stores'][number]['terminals'][number] {
    return this.tenant(tenant).stores[store]!.terminals[0]!;
  }

  get<T>(token: abstract new (...dependencies: never[]) => T, node = 0): T {
    return this.nodes[node]!.app.get(token as new () => T, { strict: false });
  }

  /** Ask, and hold the reply against the published document. */
  async ask(path: string, asked: Asked = {}): Promise<{ status: number; headers: Headers; body: Json }> {
    const { key = this.tenant(0).apiKey, body, headers, node = 0 } = asked;
    const method = asked.method ?? (body === undefined ? 'GET' : 'POST');
    const reply = await fetch(this.url(path, node), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = { status: reply.status, headers: reply.headers, body: (await reply.json()) as Json };
    const errors = replyErrors(this.get(PublishedDocument).get(), { method, path: path.split('?')[0]! }, answer);
    if (errors.length > 0) throw new Error(`${method} ${path} contradicts the document: ${errors.join('; ')}`);
    return answer;
  }

  /** A payment that waits for its outcome. */
  async pay(change: Json = {}, asked: Asked = {}): Promise<Json> {
    const order = anOrder({ client_reference: randomUUID(), terminal_id: this.terminalId(), ...change });
    const headers = { 'idempotency-key': randomUUID(), ...asked.headers };
    return (await this.ask('/v1/payments', { ...asked, body: order, headers })).body;
  }

  terminalId(tenant = 0, store = 0): string {
    return toWireId('trm', this.terminal(tenant, store).id);
  }
}

function surroundings(db: Database, vault: Server): Record<string, string> {
  return {
    DATABASE_URL: db.url('gateway'),
    VAULT_URL: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
    // Anew at each start, as the supervisor makes it: nothing that lasts may hang on it.
    INTERNAL_SECRET: randomUUID().replaceAll('-', '').repeat(2),
    API_KEY_PEPPER: '22'.repeat(32),
    WEBHOOK_KEY: '33'.repeat(32),
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ADMIN_PORT: '0',
    REDIS_URL: '',
  };
}

async function startNode(env: Record<string, string>): Promise<RunningApp> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await startApp(AppModule, { name: 'api', configure: configureApi });
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** Answer of a door of the vault to a body, by its path; `refused` is the status of a refusal. */
export type VaultDoors = (path: string, body: Json) => unknown;

function startVault(doors: VaultDoors): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const answer = doors(path, bodyOf(chunks)) ?? (path === VAULT_ROUTES.open ? OPENED : undefined);
      const status = answer === undefined ? 404 : ((answer as { refused?: number }).refused ?? 200);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function bodyOf(chunks: readonly Buffer[]): Json {
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Json);
}
