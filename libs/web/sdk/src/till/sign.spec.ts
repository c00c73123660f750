import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.js';
import { TestClock } from '../testing/test-clock.js';
import { TillClient } from './till-client.js';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255]);

/** A till whose requests are kept whole, with what it is answered. */
function shop(answers: (() => Response | Promise<Response>)[]) {
  const sent: { line: string; type: string | null; body: Uint8Array }[] = [];
  const fetch = async (request: Request) => {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    sent.push({ line, type: request.headers.get('content-type'), body: new Uint8Array(await request.arrayBuffer()) });
    return answers.shift()!();
  };
  const journal = new MemoryJournal();
  const options = { baseUrl: 'http://gateway.test', apiKey: 'k', terminalId: 'trm_1', clock: new TestClock() };
  return { sent, journal, till: new TillClient({ ...options, journal, fetch }) };
}
const refusal = {
  code: 'file_rejected',
  title: 'The file is rejected',
  next_action: 'fix_request',
  request_id: 'req_1',
};
const kept = () =>
  Response.json({
    object: 'payment',
    id: 'pay_1',
    signature: { received_at: '2026-11-22T03:04:05.678Z', sha256: 'a' },
  });

describe('a signature', () => {
  it.each([PNG, new Blob([PNG])])(
    'travels as it was drawn, again after a lost answer, and needs no journal',
    async (png) => {
      const { sent, journal, till } = shop([() => Promise.reject(new TypeError('terminated')), kept]);
      expect(await till.sign('pay_1', png)).toMatchObject({ signature: { sha256: 'a' } });
      const whole = { line: 'PUT /v1/payments/pay_1/signature', type: 'image/png', body: PNG };
      expect(sent).toEqual([whole, whole]);
      expect(await journal.unfinished()).toEqual([]);
    },
  );

  it('that is refused says why, at once', async () => {
    const { sent, till } = shop([() => Response.json(refusal, { status: 422 })]);
    await expect(till.sign('pay_1', PNG)).rejects.toMatchObject({ code: 'file_rejected' });
    expect(sent).toHaveLength(1);
  });
});
