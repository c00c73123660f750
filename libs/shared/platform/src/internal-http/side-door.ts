import type { OnApplicationShutdown } from '@nestjs/common';
import { invariant } from '@tsunagu/kernel';
import { fastify, type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { AppConfig } from '../config/app-config.js';
import { acceptJson } from '../http/accept-json.js';
import type { AppLogger } from '../logging/app-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { HouseCertificate } from './house-certificate.js';
import { guardHouseServer, HOUSE_SERVER } from './house-server.js';
import { describe } from './internal-error.filter.js';
import { InternalGuard } from './internal-guard.js';

/** Answers one operation; throws AppError to refuse it. */
type SideDoorHandler = (body: unknown) => Promise<unknown>;

const BODY_BYTES_MAX = 64 * 1024;

/**
 * Operations for other processes of the house in an app whose own port is public: a second port, with the rules of the card
 * zone's servers. In production it speaks mutual TLS; in the sandbox callers prove themselves by the secret of this start.
 */
export class SideDoor implements OnApplicationShutdown {
  #server: FastifyInstance | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly logger: AppLogger,
    private readonly metrics: Metrics,
    private readonly certificate: HouseCertificate | null,
  ) {}

  /**
   * Listen for these paths, each of which `INTERNAL_ROUTES` must know.
   * @param port 0: any free one
   * @returns the port
   */
  async open(port: number, handlers: Readonly<Record<string, SideDoorHandler>>): Promise<number> {
    const guard = new InternalGuard(this.config, this.logger, this.metrics);
    const server = this.#make();
    acceptJson(server, { isStrict: false });
    server.addHook('onRequest', async (request) => guard.admit(request));
    server.setErrorHandler((error, _request, reply) => {
      const { status, body } = describe(error);
      if (status >= 500) this.logger.error('an internal call failed', { code: body.code, error });
      return reply.status(status).send(body);
    });
    for (const [path, handle] of Object.entries(handlers))
      server.post(path, async (request, reply) => reply.send(await handle(request.body)));
    await server.listen({ port, host: this.config.listenHost });
    this.#server = server;
    return (server.server.address() as AddressInfo).port;
  }

  #make(): FastifyInstance {
    const options = { bodyLimit: BODY_BYTES_MAX, logger: false, forceCloseConnections: 'idle' } as const;
    if (!this.config.isProduction) return fastify(options);
    invariant(this.certificate !== null, 'a house door shows a certificate in production');
    const server = fastify({ ...options, https: HOUSE_SERVER }) as unknown as FastifyInstance;
    guardHouseServer(server, this.certificate, { logger: this.logger, metrics: this.metrics });
    return server;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#server?.close();
  }
}
