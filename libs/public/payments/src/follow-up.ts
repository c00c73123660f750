import { Injectable } from '@nestjs/common';
import { WakeUps } from '@tsunagu/platform';
import type { Change } from './change-draft.js';
import { AttemptBell } from './payment-ports.js';

/** After a commit: ring for new attempts and wake whoever waits for the payment. Nothing here may be needed for truth. */
@Injectable()
export class FollowUp {
  constructor(
    private readonly bell: AttemptBell,
    private readonly wakeUps: WakeUps,
  ) {}

  async after(change: Change): Promise<void> {
    const { tenantId, id, method, originNode } = change.after.payment;
    await Promise.all([
      this.wakeUps.publish(originNode, id),
      ...change.ring.map((attempt) => this.bell.ring(method, { tenantId, attemptId: attempt.id })),
    ]);
  }
}
