import { randomUUID } from 'node:crypto';
import type { Payment } from '@tsunagu/sdk';
import type { Till } from '../till/till.js';
import { buy, type Scenario } from './scenario.js';

/** 電話承認: the card company asked to be called, and gave a number. */
async function postVoice(till: Till, api: string, declined: Payment): Promise<Payment> {
  const response = await fetch(`${api}/v1/payments/${declined.id}/voice-approval`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${till.terminal.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      prefer: 'wait=25',
    },
    body: JSON.stringify({ client_reference: randomUUID(), code: 'V12345' }),
  });
  const body = (await response.json()) as Payment & { readonly detail?: string };
  if (!response.ok) throw new Error(body.detail ?? `the posting was answered ${response.status}`);
  return body;
}

/** What the clerk and the customer are told. */
const words = ({ decline }: Payment): string => `${decline?.code ?? ''}: ${decline?.cashier_message ?? ''}`;

/** What does not go as hoped, and ends well for everybody's books. */
export const TROUBLE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'declined: insufficient funds',
    run: (till) => buy(till, 1_116),
    expected: { status: 'declined', charged: 'no' },
    note: words,
  },
  {
    name: 'partial approval',
    run: (till) => buy(till, 2_906),
    expected: { status: 'captured', charged: 'yes', captured: 1_453 },
    note: ({ captured, money }) => `${captured.amount_display} of ${money.amount_display}; the rest by other means`,
  },
  {
    name: 'voice approval (電話承認), posted after "call us"',
    run: async (till, api) => postVoice(till, api, await buy(till, 1_107)),
    expected: { status: 'captured', charged: 'yes', captured: 1_107, approvalSource: 'voice' },
  },
  {
    name: 'answer lost: reversed',
    run: (till) => buy(till, 1_902),
    expected: { status: 'declined', charged: 'no', reason: 'reversed' },
  },
];
