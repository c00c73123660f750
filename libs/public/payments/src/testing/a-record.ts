import type { TenantContext } from '@tsunagu/contracts';
import { openPayment } from '../intake/open-payment.js';
import type { PaymentOrder } from '../payment-api.js';
import type { Attempt, Payment, PaymentRecord } from '../payment-record.js';
import { STORE_ID, TERMINAL_ID } from './payment-house.js';

const CTX: TenantContext = { tenantId: '0193a1c2-0000-7000-8000-000000000009', requestId: 'req-spec' };
export const SPEC_TIME = new Date('2026-11-22T03:00:00.000Z');

/** For specs of this lib: a payment of JPY 1,000 that has just been accepted, with one attempt in the given state. */
export function aRecord(
  change: { kind?: PaymentOrder['kind']; payment?: Partial<Payment>; attempt?: Partial<Attempt> } = {},
): PaymentRecord {
  const { payment, attempt } = openPayment(CTX, {
    order: {
      idempotency: { key: 'k', fingerprint: 'f' },
      clientReference: 'order-1',
      terminalId: TERMINAL_ID,
      kind: change.kind ?? 'sale',
      amountMinor: 1000,
      currency: 'JPY',
      entryMode: 'chip',
    },
    terminal: {
      id: TERMINAL_ID,
      storeId: STORE_ID,
      blocked: false,
      wireTerminal: 'T0000001',
      wireMerchant: '000000000000001',
      mcc: '5411',
      storeName: 'TSUNAGU TEST STORE',
      cutOffMinutes: 0,
      methods: ['credit'],
    },
    opened: {
      tokenId: '0193a1c2-0000-7000-8000-00000000000a',
      card: {
        brand: 'jcb',
        bin6: '356600',
        last4: '0505',
        expMonth: 12,
        expYear: 2030,
        funding: 'credit',
        country: 'JP',
        issuerName: null,
      },
      envelope: { sad: 'sad.sealed', account: 'account.sealed' },
    },
    originNode: 'api-spec',
    now: SPEC_TIME,
  });
  return { payment: { ...payment, ...change.payment }, attempts: [{ ...attempt!, ...change.attempt }], refunds: [] };
}
