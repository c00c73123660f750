import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HqIntakePort, INTAKE_ROUTES } from '@tsunagu/contracts';
import type { HqMovementOrder, HqOutcome, HqPaymentOrder } from '@tsunagu/contracts';
import { InternalClient, type HouseDoor } from './internal-client.js';

/** Longer than the longest wait that the switch asks for. */
const INTAKE_TIMEOUT_MS = 40_000;

/** The api's intake for the lines of merchants' payment servers, asked over HTTP. */
@Injectable()
export class IntakeClient extends HqIntakePort implements OnApplicationShutdown {
  readonly #client: InternalClient;

  constructor(door: HouseDoor) {
    super();
    this.#client = new InternalClient({ ...door, server: 'api', timeoutMs: INTAKE_TIMEOUT_MS, connections: 256 });
  }

  accept(order: HqPaymentOrder): Promise<HqOutcome> {
    return this.#client.post(INTAKE_ROUTES.accept, order.requestId, order);
  }

  move(order: HqMovementOrder): Promise<HqOutcome> {
    return this.#client.post(INTAKE_ROUTES.move, order.requestId, order);
  }

  giveUp(asked: { tenantId: string; requestId: string; reference: string }): Promise<HqOutcome> {
    return this.#client.post(INTAKE_ROUTES.giveUp, asked.requestId, asked);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client.close();
  }
}
