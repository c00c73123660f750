import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUuid } from '../ids.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { TestClock } from '../testing/test-clock.js';
import { TillClient } from '../till/till-client.js';
import type { Payment } from '../wire/types.js';
import { readEvents } from './event-stream.js';
import { backOff, DEFAULT_PATIENCE, retryAfterMs } from './patience.js';
import { readProblem } from './problem.js';

const stream = (parts: readonly string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('pauses', () => {
  it('double up to their most, and half of each is chance', () => {
    const rounds = (random: number) => [0, 1, 2, 3, 9, 99].map((round) => backOff(DEFAULT_PATIENCE, round, random));
    expect(rounds(0)).toEqual([125, 250, 500, 1_000, 2_500, 2_500]);
    expect(rounds(1)).toEqual([250, 500, 1_000, 2_000, 5_000, 5_000]);
  });

  it.each([
    [{ 'retry-after': '3' }, 3_000],
    [{}, 0],
    [{ 'retry-after': 'soon' }, 0],
    // whatever the device believes the time to be
    [{ 'retry-after': 'Mon, 23 Nov 2026 00:00:09 GMT', date: 'Mon, 23 Nov 2026 00:00:02 GMT' }, 7_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 00:00:01 GMT', date: 'Mon, 23 Nov 2026 00:00:02 GMT' }, 0],
    [{ 'retry-after': 'Mon, 23 Nov 2026 00:00:09 GMT' }, 0],
  ])('read Retry-After: %j', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>))).toBe(ms);
  });
});

describe('a problem', () => {
  it.each([null, 'Bad gateway', {}, { code: 'x' }, { next_action: 'x' }, { error: { code: 1 } }])(
    'is ours only when it says so: %j',
    (body) => expect(readProblem(400, body)).toBeUndefined(),
  );

  it('carries what the API said', () => {
    const body = {
      code: 'quota_exceeded',
      next_action: 'retry_later',
      request_id: 'req_1',
      title: 'Too many',
      status: 1,
    };
    expect(readProblem(429, body)).toMatchObject({
      code: 'quota_exceeded', status: 429, nextAction: 'retry_later', requestId: 'req_1', provesNothingDone: false, message: '429 quota_exceeded: Too many',
    }); // prettier-ignore
  });
});

describe('UUIDv7', () => {
  it('holds the instant, and is never made twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        const [one, other] = [newUuid(ms), newUuid(ms)];
        expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(one.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
        expect(one).not.toBe(other);
      }),
    );
  });
});

describe('server-sent events', () => {
  it('are the same however the stream is cut', async () => {
    const text = 'retry: 2000\n\nid: 1\nevent: payment\ndata: {"a":\ndata: "口"}\n\n: still here\n\nid: 2\r\nevent: payment\r\ndata: x\r\n\r\nid: 3\ndata: cut';
    const whole = [
      { id: '1', event: 'payment', data: '{"a":\n"口"}' },
      { id: '2', event: 'payment', data: 'x' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 6 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const parts = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(await all(readEvents(stream(parts)))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  }); // prettier-ignore

  it('are taken up again where the line broke, until the payment is final', async () => {
    const event = (sequence: number, final: boolean) =>
      `id: ${sequence}\nevent: payment\ndata: ${JSON.stringify({ sequence, final })}\n\n`;
    const answers = [
      () => new Response(stream([event(1, false)])),
      () => Promise.reject(new TypeError('terminated')),
      () => new Response('', { status: 502 }),
      () => new Response(stream([event(2, false), event(3, true)])),
    ];
    const asked: (string | null)[] = [];
    const till = new TillClient({
      baseUrl: 'http://gateway.test',
      apiKey: 'k',
      terminalId: 'trm_1',
      journal: new MemoryJournal(),
      clock: new TestClock(),
      fetch: async (request) => {
        asked.push(request.headers.get('last-event-id'));
        return answers.shift()!();
      },
    });
    const seen: Payment[] = await all(till.follow('pay_1', new AbortController().signal));
    expect(seen.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(asked).toEqual([null, '1', '1', '1']);
  });
});
