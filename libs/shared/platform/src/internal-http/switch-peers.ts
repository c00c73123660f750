import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InternalClient, type HouseDoor } from './internal-client.js';

/** Longer than any reply timer of an issuer (25 s) and its fall-back. */
const TIMEOUT_MS = 60_000;

/** The other switches, each at the address that its leases name. */
@Injectable()
export class SwitchPeers implements OnApplicationShutdown {
  readonly #clients = new Map<string, InternalClient>();

  constructor(private readonly doorTo: (url: string) => HouseDoor) {}

  /** Ask one switch. @throws RemoteError */
  ask<Answer>(address: string, path: string, body: { readonly requestId: string }): Promise<Answer> {
    const known = this.#clients.get(address);
    const client =
      known ??
      new InternalClient({ ...this.doorTo(address), server: 'switch', timeoutMs: TIMEOUT_MS, connections: 128 });
    if (known === undefined) this.#clients.set(address, client);
    return client.post(path, body.requestId, body);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}
