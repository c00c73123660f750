import { describe, expect, it } from 'vitest';
import { newId, SystemClock } from '@tsunagu/kernel';
import type { PaymentQueries } from '@tsunagu/payments';
import { aPayment, AT } from '../testing/fake-payments.js';
import { PaymentStreams, STREAMS_PER_TENANT } from './payment-streams.js';
import type { StreamAsk } from './stream-ask.js';

class SteppedClock extends SystemClock {
  ms = 0;

  override monotonicMs(): number {
    return this.ms;
  }
}

const open = aPayment({ status: 'processing', final: false, sequence: 1 });
const askOf = (change: Partial<StreamAsk> = {}): StreamAsk => ({
  ctx: { tenantId: open.tenantId, requestId: 'req' },
  language: 'en',
  isLive: false,
  afterSequence: 0,
  gone: new AbortController().signal,
  isStillWelcome: () => Promise.resolve(true),
  ...change,
});

/** A payment that does not change until it is told to; each wait takes its whole time. */
function quiet(clock: SteppedClock): { queries: PaymentQueries; change: (to: typeof open) => void } {
  let current = open;
  const waitFor = (_: unknown, __: string, until: { timeoutMs: number }) => {
    clock.ms += until.timeoutMs;
    return Promise.resolve(current);
  };
  return { queries: { waitFor } as unknown as PaymentQueries, change: (to) => void (current = to) };
}

describe('a stream of one payment', () => {
  it('says every fifteen seconds that it lives while nothing happens', async () => {
    const clock = new SteppedClock();
    const { queries, change } = quiet(clock);
    const events = new PaymentStreams(queries, clock).open(askOf(), open);
    const heard: string[] = [];
    for await (const text of events ?? []) {
      heard.push(`${clock.ms / 1_000} ${text.split('\n', 1)[0]}`);
      if (heard.length === 4) change({ ...open, status: 'captured', final: true, sequence: 2 });
    }
    expect(heard).toEqual(['0 retry: 2000', '0 id: 1', '15 : still here', '30 : still here', '33 id: 2']);
  });

  it('ends when the credential would no longer open it', async () => {
    const clock = new SteppedClock();
    const ask = askOf({ isStillWelcome: () => Promise.resolve(false) });
    const heard: string[] = [];
    for await (const text of new PaymentStreams(quiet(clock).queries, clock).open(ask, open) ?? []) heard.push(text);
    expect([heard.length, clock.ms]).toEqual([2, 3_000]);
  });

  it('is held open a bounded number of times by one tenant, and gives its place back', async () => {
    const clock = new SteppedClock();
    const streams = new PaymentStreams(quiet(clock).queries, clock);
    const clients = Array.from({ length: STREAMS_PER_TENANT }, () => new AbortController());
    for (const { signal } of clients) streams.open(askOf({ gone: signal }), open);
    expect(() => streams.open(askOf(), open)).toThrow(expect.objectContaining({ code: 'concurrency_exceeded' }));
    expect(streams.open(askOf({ ctx: { tenantId: newId(AT), requestId: 'req' } }), open)).toBeDefined();
    clients[7]?.abort();
    expect(streams.open(askOf(), open)).toBeDefined();
  });

  it('has nothing to tell to whom has seen the end', () => {
    const clock = new SteppedClock();
    const done = { ...open, final: true, sequence: 4 };
    expect(new PaymentStreams(quiet(clock).queries, clock).open(askOf({ afterSequence: 4 }), done)).toBeUndefined();
  });
});
