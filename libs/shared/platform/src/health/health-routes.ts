import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.js';
import type { HealthChecks } from './health-checks.js';

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Answer of one operational path, or undefined when it is not one. */
export async function operationalPage(path: string, health: HealthChecks, metrics: Metrics): Promise<Page | undefined> {
  if (path === '/health/live') return { status: 200, type: 'application/json', text: '{"live":true}' };
  if (path === '/health/ready') {
    const report = await health.ready();
    return { status: report.ready ? 200 : 503, type: 'application/json', text: JSON.stringify(report) };
  }
  if (path !== '/metrics') return undefined;
  const page = await metrics.page();
  return { status: 200, type: page.type, text: page.text };
}

const PATHS = ['/health/live', '/health/ready', '/metrics'] as const;

/** Serve the operational paths beside an internal app's own routes. They are no Nest routes: no guard, no permission. */
export function addOperationalRoutes(fastify: FastifyInstance, health: HealthChecks, metrics: Metrics): void {
  for (const path of PATHS) {
    fastify.get(path, async (_request, reply) => {
      const page = await operationalPage(path, health, metrics);
      return reply
        .code(page?.status ?? 404)
        .header('cache-control', 'no-store')
        .type(page?.type ?? 'text/plain')
        .send(page?.text ?? '');
    });
  }
}

/** Serve the operational paths on a port of their own, so that the public port never shows them. */
export async function listenForOperators(
  at: { port: number; host: string },
  health: HealthChecks,
  metrics: Metrics,
): Promise<Server> {
  const server = createServer((request, response) => {
    void operationalPage((request.url ?? '').split('?')[0] ?? '', health, metrics).then((page) => {
      response.writeHead(page?.status ?? 404, {
        'content-type': page?.type ?? 'text/plain',
        'cache-control': 'no-store',
      });
      response.end(page?.text ?? '');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  return server;
}
