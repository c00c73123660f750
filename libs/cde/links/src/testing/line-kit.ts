import { compileSpec, defineSpec, IsoMessage } from '@tsunagu/iso8583';
import { SystemClock } from '@tsunagu/kernel';
import type { LinkConfig } from '../config/link-config.js';
import { plainTransport, type LinkTransport } from '../config/link-transport.js';
import { Line } from '../line/line.js';
import type { LineMeans } from '../line/line-means.js';
import { StanAllocator, StanBlocks } from '../stan/stan-allocator.js';
import { TcpDialer } from '../wire/tcp-dialer.js';

const CLOCK = new SystemClock();
let stan = 0;

/** For specs: a counter in memory. */
export class MemoryStans extends StanBlocks {
  constructor(private next = 500_000) {
    super();
  }

  override async reserve(_link: string, size: number): Promise<number> {
    return (this.next += size) - size;
  }

  /** As if all numbers up to this one had been used. */
  jumpTo(next: number): void {
    this.next = next;
  }
}

/** For specs: what a line told, word by word. */
export class Heard {
  readonly states: string[] = [];
  readonly strays: string[] = [];
  readonly faults: string[] = [];
  readonly endpoints: string[] = [];
  readonly breaker: string[] = [];
  readonly refused: string[] = [];
  readonly notices: string[] = [];
  readonly cutovers: string[] = [];
  readonly unreachable: string[] = [];
  readonly observer: LineMeans['observer'] = {
    onState: (_link, state) => this.states.push(state),
    onStray: (_link, stray) => this.strays.push(stray.kind),
    onMalformed: (_link, fault) => this.faults.push(fault.code),
    onEndpoint: (_link, endpoint) => this.endpoints.push(endpoint),
    onBreaker: (_link, state) => this.breaker.push(state),
    onRefused: (_link, fault) => this.refused.push(fault),
    onKeysOutOfStep: () => this.refused.push('keys_out_of_step'),
    onNotice: (_link, code) => this.notices.push(code),
    onCutover: (_link, date) => this.cutovers.push(date),
    onUnreachable: (_link, endpoint, code) => this.unreachable.push(`${endpoint} ${code}`),
  };
}

export type LineChanges = Partial<Omit<LinkConfig, 'transport'>> & { readonly transport?: Partial<LinkTransport> };

/** For specs: a line to a port on loopback, with what a spec wants different. */
export function lineOf(port: number, heard: Heard, changes: LineChanges = {}, means: Partial<LineMeans> = {}): Line {
  const { transport, ...rest } = changes;
  const config: LinkConfig = {
    ...configOf(port),
    ...rest,
    transport: { ...plainTransport('127.0.0.1', port), ...transport },
  };
  return new Line(config, {
    codec: compileSpec(defineSpec('hybrid')),
    clock: CLOCK,
    dialer: new TcpDialer(),
    stans: (isLive) => new StanAllocator(new MemoryStans(), 'spec', isLive),
    observer: heard.observer,
    random: () => 0,
    ...means,
  });
}

/** For specs: hosts of one link. */
export function endpointsOf(
  ports: Readonly<Record<'primary' | 'standby' | 'dr', number | undefined>>,
): LinkTransport['endpoints'] {
  return (['primary', 'standby', 'dr'] as const).flatMap((role) => {
    const port = ports[role];
    return port === undefined ? [] : [{ name: role, role, host: '127.0.0.1', port }];
  });
}

export function configOf(port: number): LinkConfig {
  return {
    name: 'spec',
    host: '127.0.0.1',
    port,
    framing: 'be2',
    profile: 'hybrid',
    acquirerId: '11',
    forwardingId: '12',
    node: '01',
    brands: ['jcb'],
    connector: 'jcb',
    replyTimeoutMs: 1_000,
    echoMs: 60_000,
    reversalScheduleMs: [50],
    pin: null,
  };
}

/** Look until it is so, or the spec times out. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await CLOCK.sleep(2);
}

export function aRequest(): IsoMessage {
  stan += 1;
  return new IsoMessage('1200', {
    3: '000000',
    4: '000000001500',
    11: String(stan).padStart(6, '0'),
    12: '261123001500',
    32: '11',
    41: 'T0000001',
  });
}

/** A network request of the counterpart. */
export function aNetworkRequest(functionCode: string, number: string, mti = '1804'): IsoMessage {
  return new IsoMessage(mti, { 7: '1123001500', 11: number, 12: '261123091500', 24: functionCode, 33: '99' });
}

/** A clock whose wall jumps when told; its monotonic time does not. */
export class SteppedClock extends SystemClock {
  stepMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.stepMs);
  }
}
