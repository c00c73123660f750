import { FaultPanel } from './faults/fault-panel.js';
import type { HostTimings } from './hosts/delivery.js';
import { IssuerHost } from './hosts/issuer-host.js';
import { UNION_PAY_COMPLETION } from './hosts/union-pay-rules.js';
import { IssuerLedger } from './ledger/issuer-ledger.js';
import { PanelServer, SimulatorMetrics, type PanelLink } from './panel/panel-server.js';

/** Hosts by link name: JCB with Amex and Diners, the Visa/Mastercard acquirer, UnionPay. */
export const SIMULATED_LINKS = ['jcb', 'acq', 'cup'] as const;
export type SimulatedLink = (typeof SIMULATED_LINKS)[number];

/** Where the simulator listens and writes. Port 0 takes a free one. */
export interface SimulatorOptions {
  readonly httpPort: number;
  /** Ports of the hosts by link name; a host for each of them is started. */
  readonly hostPorts: Readonly<Record<string, number>>;
  /** One JSONL book a host. */
  readonly directory: string;
  readonly timings?: Partial<HostTimings>;
}

export interface RunningSimulator<Link extends string = string> {
  readonly url: string;
  readonly ports: Readonly<Record<Link, number>>;
  stop(): Promise<void>;
}

const TIMINGS: HostTimings = { lateYesMs: 5_000, afterTimeoutMs: 27_000 };

/**
 * Start all issuer hosts and the panel in this process.
 * @throws Error a port is taken, the folder cannot be written, or a book is damaged
 */
export async function startSimulator<Link extends string>(
  options: SimulatorOptions & { readonly hostPorts: Readonly<Record<Link, number>> },
): Promise<RunningSimulator<Link>> {
  const faults = new FaultPanel();
  const metrics = new SimulatorMetrics();
  const timings = { ...TIMINGS, ...options.timings };
  const links: PanelLink[] = Object.keys(options.hostPorts).map((link) => {
    const ledger = IssuerLedger.open(options.directory, link);
    const completion = link === 'cup' ? UNION_PAY_COMPLETION : undefined;
    return { link, ledger, host: new IssuerHost({ link, ledger, faults, timings, completion, count: metrics.count }) };
  });
  metrics.watch(links);
  const panel = new PanelServer(links, faults, metrics);
  for (const { link, host } of links) await host.listen(options.hostPorts[link as Link]);
  await panel.listen(options.httpPort);
  return {
    url: `http://127.0.0.1:${panel.port}`,
    ports: Object.fromEntries(links.map(({ link, host }) => [link, host.portOf('primary')])) as Record<Link, number>,
    stop: async () => {
      await panel.close();
      for (const { host, ledger } of links) {
        await host.close();
        await ledger.close();
      }
    },
  };
}
