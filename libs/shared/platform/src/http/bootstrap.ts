import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { invariant } from '@tsunagu/kernel';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppConfig, type AppName } from '../config/app-config.js';
import { HealthChecks } from '../health/health-checks.js';
import { addOperationalRoutes, listenForOperators } from '../health/health-routes.js';
import { AppLogger } from '../logging/app-logger.js';
import { HouseCertificate } from '../internal-http/house-certificate.js';
import { guardHouseServer, HOUSE_SERVER } from '../internal-http/house-server.js';
import { Metrics } from '../metrics/metrics.js';
import { applyValidatorMemo } from './validator-memo.js';
import { acceptJson } from './accept-json.js';

export const BODY_BYTES_MAX = 64 * 1024;
export const URL_BYTES_MAX = 4 * 1024;
export const HEADER_BYTES_MAX = 16 * 1024;
/** Finish or hand over within this; then the process ends whatever is left. */
const STOP_TIMEOUT_MS = 25_000;

export interface BootstrapOptions {
  readonly name: AppName;
  /** Parse bodies by the strict rules of the public API; internal apps parse plainly. */
  readonly strictJson?: boolean;
  /** Largest body in bytes; 64 KB when left out. */
  readonly bodyBytesMax?: number;
  /** Filters, guards, routes: called after the graph is built, before listening. */
  configure?(app: NestFastifyApplication): void | Promise<void>;
}

/** A running application and how to end it. */
export interface RunningApp {
  readonly app: NestFastifyApplication;
  readonly port: number;
  stop(): Promise<void>;
}

/** Long polls may wait for 55 s: they are cut in time, and the till asks another node. */
const LINGER_MS = 15_000;

type AppModule = Parameters<typeof NestFactory.create>[0];

/**
 * Start the one application of this process, and stop it cleanly on SIGTERM, SIGINT or when the supervisor's IPC channel
 * closes. Nothing survives a start that fails.
 * @throws ConfigError the environment is incomplete
 */
export async function bootstrap(module: AppModule, options: BootstrapOptions): Promise<RunningApp> {
  return start(module, options, (running) => stopOnSignals(running, running.app.get(AppLogger)));
}

/** Start a Nest application on Fastify with the limits of the house; the process's signals stay untouched, as tests need. */
export function startApp(module: AppModule, options: BootstrapOptions): Promise<RunningApp> {
  return start(module, options, () => undefined);
}

/** @param before whoever reads that this process listens may end it at once: what must hear him is there by then */
async function start(
  module: AppModule,
  options: BootstrapOptions,
  before: (running: RunningApp) => void,
): Promise<RunningApp> {
  const config = AppConfig.fromEnv(options.name);
  const app = await createApp(module, config, options);
  const admin = await listen(app, config);
  const running = { app, port: portOf(app), stop: () => stop(app, admin) };
  before(running);
  app.get(AppLogger).log('listening', { port: running.port, adminPort: config.adminPort });
  return running;
}

async function createApp(
  module: AppModule,
  config: AppConfig,
  options: BootstrapOptions,
): Promise<NestFastifyApplication> {
  const bodyLimit = options.bodyBytesMax ?? BODY_BYTES_MAX;
  const adapter = new FastifyAdapter({
    bodyLimit,
    logger: false,
    requestTimeout: 15_000, // time to send a request, not to answer it
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    routerOptions: { maxParamLength: 300 },
    ...(isHouseServer(config) ? { https: HOUSE_SERVER } : {}),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new AppLogger(config),
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  acceptJson(fastify, { isStrict: options.strictJson ?? false });
  if (isHouseServer(config)) guardHouse(app, fastify);
  if (config.adminPort === null || isHouseServer(config))
    addOperationalRoutes(fastify, app.get(HealthChecks), app.get(Metrics));
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.raw.url !== undefined && request.raw.url.length > URL_BYTES_MAX) {
      void reply
        .code(414)
        .type('application/problem+json')
        .send({ status: 414, code: 'url_too_long', title: 'URL too long' });
      return;
    }
    done();
  });
  await options.configure?.(app);
  applyValidatorMemo();
  return app;
}

/** The card zone is asked by processes of the house alone; in production over mutual TLS. */
function isHouseServer(config: AppConfig): boolean {
  return config.isProduction && (config.app === 'vault' || config.app === 'switch');
}

function guardHouse(app: NestFastifyApplication, fastify: FastifyInstance): void {
  const certificate = app.get<HouseCertificate | null>(HouseCertificate);
  invariant(certificate !== null, 'a process of the card zone has a certificate in production');
  guardHouseServer(fastify, certificate, { logger: app.get(AppLogger), metrics: app.get(Metrics) });
}

async function listen(app: NestFastifyApplication, config: AppConfig): Promise<Server | undefined> {
  await app.listen(config.port, config.listenHost);
  app.get(Metrics).watchProcess();
  return config.adminPort === null
    ? undefined
    : listenForOperators({ port: config.adminPort, host: config.listenHost }, app.get(HealthChecks), app.get(Metrics));
}

function portOf(app: NestFastifyApplication): number {
  return ((app.getHttpServer() as Server).address() as AddressInfo).port;
}

async function stop(app: NestFastifyApplication, admin: Server | undefined): Promise<void> {
  app.get(HealthChecks).stop();
  const server = app.getHttpServer() as Server;
  const cut = setTimeout(() => server.closeAllConnections(), LINGER_MS);
  await app.close();
  clearTimeout(cut);
  admin?.closeAllConnections();
  admin?.close();
}

function stopOnSignals(running: RunningApp, logger: AppLogger): void {
  let isStopping = false;
  const end = (cause: string) => {
    if (isStopping) return;
    isStopping = true;
    logger.log('stopping', { signal: cause });
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  if (process.send !== undefined) process.once('disconnect', () => end('disconnect'));
}
