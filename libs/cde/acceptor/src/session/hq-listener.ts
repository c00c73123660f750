import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { HqBookError, type HqListenerConfig } from '../contract/hq-contract.js';
import type { HqDesk } from '../desk/hq-desk.js';
import type { HqPorts } from '../desk/hq-ports.js';
import { HqSession } from './hq-session.js';

/** Connections at once of one listener: many times what merchants' servers open. */
const CONNECTIONS_MAX = 1_000;
const DRAIN_MS = 10_000;
const DRAIN_LOOK_MS = 50;

/** A port where merchants' payment servers connect. Who connects is known by the certificate; without TLS the listener has one line. */
export class HqListener {
  readonly #server: Server;
  readonly #sessions = new Set<HqSession>();

  /** @param desks by the name of their line, as they are now: a contract may change while the listener runs */
  constructor(
    private readonly config: HqListenerConfig,
    private readonly desks: () => ReadonlyMap<string, HqDesk>,
    private readonly ports: HqPorts,
  ) {
    this.#server = config.tls === null ? createTcpServer((socket) => this.#welcomePlain(socket)) : this.#secure();
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are signed on. */
  get signedOn(): number {
    return [...this.#sessions].filter((session) => session.isSignedOn).length;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.config.port, this.config.host, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
  }

  /** Take nothing new, answer what is owed, hang up. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.drain();
    const deadlineMs = this.ports.clock.monotonicMs() + DRAIN_MS;
    while ([...this.#sessions].some(({ owed }) => owed > 0) && this.ports.clock.monotonicMs() < deadlineMs)
      await this.ports.clock.sleep(DRAIN_LOOK_MS);
    for (const session of this.#sessions) session.close();
    await closed;
  }

  /** TLS 1.3, and a certificate of the merchant that a contract names: a chain alone opens nothing. */
  #secure(): Server {
    const { tls } = this.config;
    if (tls === null) throw new HqBookError('listener', 'tls', 'must be set');
    const server = createTlsServer(
      {
        cert: readFileSync(tls.certFile),
        key: readFileSync(tls.keyFile),
        ca: readFileSync(tls.caFile),
        minVersion: 'TLSv1.3',
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => this.#welcomeCertified(socket),
    );
    server.on('tlsClientError', (_error, socket) => {
      this.ports.log.note('a stranger at the line was refused', { reason: 'tls' });
      socket.destroy();
    });
    return server;
  }

  #welcomeCertified(socket: TLSSocket): void {
    const shown = socket.getPeerX509Certificate();
    const print = shown?.fingerprint256.replaceAll(':', '') ?? '';
    const isDated = shown !== undefined && Date.parse(shown.validTo) > this.ports.clock.now().getTime();
    const desk = [...this.desks().values()].find(({ contract }) => contract.certificates.includes(print));
    if (desk !== undefined && isDated) return this.#welcome(socket, desk);
    this.ports.log.alarm('a stranger at the line was refused', { reason: 'certificate' });
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #welcomePlain(socket: Socket): void {
    const desk = this.desks().get(this.config.link ?? '');
    if (desk !== undefined) return this.#welcome(socket, desk);
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #welcome(socket: Socket, desk: HqDesk): void {
    const session = new HqSession(socket, desk, this.ports);
    this.#sessions.add(session);
    this.ports.log.note('a line is connected', { link: desk.contract.name });
    socket.once('close', () => this.#sessions.delete(session));
  }
}
