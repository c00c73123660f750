import type { Lane, TenantContext } from '@tsunagu/contracts';
import { SystemClock } from '@tsunagu/kernel';
import type { PaymentQueries, PaymentView } from '@tsunagu/payments';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../http/conversation.js';
import { PaymentWaits } from './payment-waits.js';

const keyOf = (credentialId: string): TenantContext => ({ tenantId: 't', requestId: 'req', credentialId });

/** Payments of one lane that never end: their network is silent. */
class SilentLane {
  waiting = 0;
  readonly #ends: (() => void)[] = [];

  readonly queries = {
    waitFor: () => {
      this.waiting += 1;
      return new Promise<undefined>((resolve) => this.#ends.push(() => resolve(undefined)));
    },
  } as unknown as PaymentQueries;

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

describe('waits for a lane whose network is silent', () => {
  const setUp = () => {
    const silent = new SilentLane();
    const waits = new PaymentWaits(silent.queries, new SystemClock());
    const parked: Lane[] = [];
    let answered = 0;
    const wait = (lane: Lane, key: string) => {
      const talk = { waitMs: 25_000, gone: new AbortController().signal, park: () => parked.push(lane) };
      const view = { id: 'p', method: lane, final: false } as PaymentView;
      return waits.untilFinal(keyOf(key), view, talk as unknown as Conversation).then(() => (answered += 1));
    };
    return { silent, parked, wait, answered: () => answered };
  };

  it('give back their place, and are answered at once when a hundred of the key wait for that lane; other lanes and keys wait on', async () => {
    const { silent, parked, wait, answered } = setUp();
    const all = Array.from({ length: 120 }, () => wait('nfc', 'a'));
    await Promise.all(all.slice(100));
    expect([silent.waiting, parked.length, answered()]).toEqual([100, 100, 20]);
    all.push(wait('credit', 'a'), wait('nfc', 'b'));
    expect([silent.waiting, parked.length, answered()]).toEqual([102, 102, 20]);
    silent.end();
    await Promise.all(all);
    void wait('nfc', 'a'); // whoever was answered has left the room
    expect(silent.waiting).toBe(103);
    silent.end();
  });

  it('never fill more than the share of their lane, whoever asks', async () => {
    const { silent, wait, answered } = setUp();
    const all = Array.from({ length: 1_600 }, (_, nr) => wait('nfc', `key-${nr}`));
    await Promise.all(all.slice(1_500));
    expect([silent.waiting, answered()]).toEqual([1_500, 100]);
    all.push(wait('unionpay', 'key-1'));
    expect(silent.waiting).toBe(1_501);
    silent.end();
    await Promise.all(all);
  });
});
