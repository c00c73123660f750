import { PinBook } from './cards/pin-book.js';
import { UnionPayDialect } from './dialect/union-pay-dialect.js';
import { FaultPanel } from './faults/fault-panel.js';
import type { HostTimings } from './hosts/delivery.js';
import { IssuerHost, type HostOptions } from './hosts/issuer-host.js';
import type { HostTls } from './hosts/secure-door.js';
import { UNION_PAY_COMPLETION } from './hosts/union-pay-rules.js';
import { IssuerLedger } from './ledger/issuer-ledger.js';
import { PanelServer, SimulatorMetrics, type PanelLink } from './panel/panel-server.js';
import { RateHost } from './rates/rate-host.js';
import { SandboxReaders } from './reader/sandbox-readers.js';
import { TestDesk } from './reader/test-desk.js';
import { ScriptBook } from './scripts/script-book.js';
import { parseScripts } from './scripts/script.js';
import { MessageTrace } from './trace/message-trace.js';

/** Hosts by link name: JCB with Amex and Diners, the Visa/Mastercard acquirer, UnionPay. */
export const SIMULATED_LINKS = ['jcb', 'acq', 'cup'] as const;

/** Where the simulator listens and writes. Port 0 takes a free one. */
export interface SimulatorOptions {
  readonly httpPort: number;
  /** Ports of the hosts by link name; a host for each of them is started. */
  readonly hostPorts: Readonly<Record<string, number>>;
  /** One JSONL book a host. */
  readonly directory: string;
  readonly timings?: Partial<HostTimings>;
  /** Ports of standby endpoints by link name; a link without one has its primary alone. */
  readonly standbyPorts?: Readonly<Record<string, number>>;
  /** TLS of all hosts; plain without it. */
  readonly tls?: HostTls;
  /** Scripts at the start, YAML. */
  readonly scripts?: string;
  /** `sandbox.json`, whose terminals have readers here; without it nobody can show a card. */
  readonly sandboxFile?: string;
}

export interface RunningSimulator<Link extends string = string> {
  readonly url: string;
  readonly ports: Readonly<Record<Link, number>>;
  readonly standbyPorts: Readonly<Partial<Record<Link, number>>>;
  stop(): Promise<void>;
}

type Traits = Pick<HostOptions, 'completion' | 'dialect' | 'hasDomesticCodes'>;

/** Hosts that are not like the others. `cup-direct` is UnionPay's own line: 1987 edition, 46-byte header. */
const TRAITS: Readonly<Record<string, (() => Traits) | undefined>> = {
  jcb: () => ({ hasDomesticCodes: true }),
  acq: () => ({ hasDomesticCodes: true }),
  cup: () => ({ completion: UNION_PAY_COMPLETION }),
  'cup-direct': () => ({ completion: UNION_PAY_COMPLETION, dialect: new UnionPayDialect() }),
};

const TIMINGS: HostTimings = { lateYesMs: 5_000, afterTimeoutMs: 27_000 };

/**
 * Start all issuer hosts and the panel in this process.
 * @throws Error a port is taken, the folder cannot be written, or a book is damaged; ScriptError a script is wrong
 */
export async function startSimulator<Link extends string>(
  options: SimulatorOptions & { readonly hostPorts: Readonly<Record<Link, number>> },
): Promise<RunningSimulator<Link>> {
  const faults = new FaultPanel();
  const metrics = new SimulatorMetrics();
  const scripts = new ScriptBook();
  const trace = new MessageTrace();
  if (options.scripts !== undefined) scripts.replace(parseScripts(options.scripts));
  const timings = { ...TIMINGS, ...options.timings };
  const links: PanelLink[] = Object.keys(options.hostPorts).map((link) => {
    const ledger = IssuerLedger.open(options.directory, link);
    return {
      link,
      ledger,
      host: new IssuerHost({
        link,
        ledger,
        faults,
        scripts,
        trace,
        timings,
        pins: new PinBook(),
        ...TRAITS[link]?.(),
        tls: options.tls,
        count: metrics.count,
      }),
    };
  });
  metrics.watch(links);
  const { sandboxFile } = options;
  const terminals = sandboxFile === undefined ? undefined : new TestDesk(new SandboxReaders(sandboxFile));
  const panel = new PanelServer(links, { faults, scripts, trace, terminals, rates: new RateHost() }, metrics);
  for (const { link, host } of links) await host.listen(options.hostPorts[link as Link]);
  for (const { link, host } of links) {
    const standby = options.standbyPorts?.[link];
    if (standby !== undefined) await host.listen(standby, 'standby');
  }
  await panel.listen(options.httpPort);
  return {
    url: `http://127.0.0.1:${panel.port}`,
    ports: Object.fromEntries(links.map(({ link, host }) => [link, host.ports.primary])) as Record<Link, number>,
    standbyPorts: Object.fromEntries(links.map(({ link, host }) => [link, host.ports.standby])) as Partial<
      Record<Link, number>
    >,
    stop: async () => {
      await panel.close();
      for (const { host, ledger } of links) {
        await host.close();
        await ledger.close();
      }
    },
  };
}
