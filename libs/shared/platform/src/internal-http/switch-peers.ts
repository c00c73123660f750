import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Lane } from '@tsunagu/contracts';
import { InternalClient, type HouseDoor } from './internal-client.js';

/** Longer than any reply timer of an issuer (25 s) and its fall-back. */
const TIMEOUT_MS = 60_000;

/** Workers of several nodes may send what one lane has under way through one replica. */
const LANE_CONNECTIONS = 128;

/** The other switches, each at the address that its leases name, and each lane with connections of its own (docs/adr/0063). */
@Injectable()
export class SwitchPeers implements OnApplicationShutdown {
  readonly #clients = new Map<string, InternalClient>();

  constructor(private readonly doorTo: (url: string) => HouseDoor) {}

  /** Ask one switch. @param body `method`: the lane whose connections carry it; absent: those of what belongs to no lane @throws RemoteError */
  ask<Answer>(
    address: string,
    path: string,
    body: { readonly requestId: string; readonly method?: Lane },
  ): Promise<Answer> {
    const name = `${body.method ?? ''} ${address}`;
    const limits = { timeoutMs: TIMEOUT_MS, connections: LANE_CONNECTIONS };
    const client =
      this.#clients.get(name) ?? new InternalClient({ ...this.doorTo(address), server: 'switch', ...limits });
    this.#clients.set(name, client);
    return client.post(path, body.requestId, body);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}
