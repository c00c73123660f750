import { readEvents } from '../transport/event-stream.js';
import { backOff, type Patience } from '../transport/patience.js';
import { readProblem } from '../transport/problem.js';
import type { TillClock } from '../transport/till-clock.js';
import type { Transport } from '../transport/transport.js';
import type { Payment } from '../wire/types.js';

export interface Following {
  readonly paymentId: string;
  readonly signal: AbortSignal;
  readonly patience: Patience;
  readonly clock: TillClock;
}

/** Server-sent events of one payment, over as many connections as it takes; ends with the final state or with the signal. */
export async function* followPayment(transport: Transport, following: Following): AsyncGenerator<Payment> {
  const { paymentId, signal, patience, clock } = following;
  let lastId = '';
  for (let round = 0; !signal.aborted; round += 1) {
    for await (const payment of oneConnection(transport, paymentId, lastId, signal)) {
      if (payment === 'over') return;
      yield payment;
      if (payment.final) return;
      lastId = String(payment.sequence);
      round = 0;
    }
    await clock.sleep(backOff(patience, round, 0.5), signal).catch(() => undefined); // the loop looks at the signal
  }
}

async function* oneConnection(
  transport: Transport,
  paymentId: string,
  lastId: string,
  signal: AbortSignal,
): AsyncGenerator<Payment | 'over'> {
  const headers = { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) };
  try {
    const response = await transport.open(`/v1/payments/${encodeURIComponent(paymentId)}/stream`, headers, signal);
    if (response.status === 204) return void (yield 'over');
    if (response.status !== 200 || response.body === null) return await refuse(response);
    for await (const { event, data } of readEvents(response.body)) {
      if (event === 'payment') yield JSON.parse(data) as Payment;
    }
  } catch (error) {
    if (!(error instanceof TypeError) && !signal.aborted) throw error; // a broken line is taken up again
  }
}

/** @throws TsunaguProblem the API will not tell; anything else is trouble that passes */
async function refuse(response: Response): Promise<void> {
  const problem = readProblem(response.status, await response.json().catch(() => undefined));
  if (problem !== undefined && problem.status < 500 && problem.status !== 429) throw problem;
}
