import dgram from 'node:dgram';
import { Socket } from 'node:net';
import { AppError } from '@tsunagu/kernel';
import type { AppLogger } from '../logging/app-logger.js';
import type { Metrics } from '../metrics/metrics.js';

/** A process of the card zone tried to reach an address that is not configured. Nothing was sent. */
export class EgressRefusedError extends AppError {
  readonly code = 'egress_refused';
  readonly category = 'not_sent';

  constructor() {
    super('this process may not connect there');
  }
}

/** `host:port` of a URL. @param fallbackPort of its protocol, when the URL names none */
export function addressOf(url: string, fallbackPort: number): string {
  const { hostname, port } = new URL(url);
  return `${hostname.replaceAll(/[[\]]/g, '').toLowerCase()}:${port === '' ? fallbackPort : port}`;
}

type Connect = typeof Socket.prototype.connect;

/**
 * The second wall of a process of the card zone, behind the network policy: every TCP connection of Node.js passes
 * `Socket.connect`, and one to an address that is not on the list is refused. UDP is refused altogether. Local sockets (a path) pass;
 * name look-ups and native libraries do not come by here.
 */
export class EgressGuard {
  #onRefused: (address: string) => void = () => undefined;

  private constructor(
    private readonly allowed: ReadonlySet<string>,
    private readonly connect: Connect,
    private readonly send: typeof dgram.Socket.prototype.send,
  ) {}

  /** From now on, for the whole process. @param allowed `host:port` */
  static install(allowed: readonly string[]): EgressGuard {
    const guard = new EgressGuard(new Set(allowed), Socket.prototype.connect, dgram.Socket.prototype.send);
    Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]): Socket {
      const address = targetOf(args);
      if (address === undefined || guard.allowed.has(address)) return guard.connect.apply(this, args as never);
      guard.#onRefused(address);
      process.nextTick(() => this.destroy(new EgressRefusedError()));
      return this;
    } as Connect;
    dgram.Socket.prototype.send = () => {
      guard.#onRefused('udp');
      throw new EgressRefusedError();
    };
    return guard;
  }

  /** Count and report refusals, once there is somebody to tell. */
  report(logger: AppLogger, metrics: Metrics): void {
    const refusals = metrics.counter(
      'tsunagu_egress_refused_total',
      'Connections to addresses that are not configured',
    );
    this.#onRefused = (address) => {
      refusals.inc();
      logger.error('security event: a connection to an address that is not configured was refused', { address });
    };
  }

  /** Tests end as they began. */
  remove(): void {
    Socket.prototype.connect = this.connect;
    dgram.Socket.prototype.send = this.send;
  }
}

/** `host:port` of the arguments of `Socket.connect`; undefined for a path. Node.js itself hands them over as one list. */
function targetOf(args: readonly unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { path?: unknown; host?: unknown; port?: unknown };
    return path === undefined || path === null ? address(host, port) : undefined;
  }
  return typeof first === 'string' && !/^[0-9]+$/.test(first) ? undefined : address(second, first);
}

function address(host: unknown, port: unknown): string {
  return `${typeof host === 'string' && host !== '' ? host.toLowerCase() : 'localhost'}:${String(port)}`;
}
