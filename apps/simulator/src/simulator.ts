import { FaultPanel } from './faults/fault-panel.js';
import { IssuerHost, type HostTimings } from './hosts/issuer-host.js';
import { IssuerLedger } from './ledger/issuer-ledger.js';
import { PanelServer, SimulatorMetrics, type PanelLink } from './panel/panel-server.js';

/** Hosts by link name: JCB with Amex and Diners, the Visa/Mastercard acquirer, UnionPay. */
export const SIMULATED_LINKS = ['jcb', 'acq', 'cup'] as const;
export type SimulatedLink = (typeof SIMULATED_LINKS)[number];

/** Where the simulator listens and writes. Port 0 takes a free one. */
export interface SimulatorOptions {
  readonly httpPort: number;
  readonly hostPorts: Readonly<Record<SimulatedLink, number>>;
  /** One JSONL book a host. */
  readonly directory: string;
  readonly timings?: Partial<HostTimings>;
}

export interface RunningSimulator {
  readonly url: string;
  readonly ports: Readonly<Record<SimulatedLink, number>>;
  stop(): Promise<void>;
}

const TIMINGS: HostTimings = { lateYesMs: 5_000, afterTimeoutMs: 27_000 };

/**
 * Start all issuer hosts and the panel in this process.
 * @throws Error a port is taken, the folder cannot be written, or a book is damaged
 */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const faults = new FaultPanel();
  const metrics = new SimulatorMetrics();
  const timings = { ...TIMINGS, ...options.timings };
  const links: PanelLink[] = SIMULATED_LINKS.map((link) => {
    const ledger = IssuerLedger.open(options.directory, link);
    return { link, ledger, host: new IssuerHost({ link, ledger, faults, timings, count: metrics.count }) };
  });
  metrics.watch(links);
  const panel = new PanelServer(links, faults, metrics);
  for (const { link, host } of links) await host.listen(options.hostPorts[link as SimulatedLink]);
  await panel.listen(options.httpPort);
  return {
    url: `http://127.0.0.1:${panel.port}`,
    ports: Object.fromEntries(links.map(({ link, host }) => [link, host.port])) as Record<SimulatedLink, number>,
    stop: async () => {
      await panel.close();
      for (const { host, ledger } of links) {
        await host.close();
        await ledger.close();
      }
    },
  };
}
