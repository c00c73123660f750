import type { PublicPayment } from './books-comparison.js';
import type { PersistentClient } from './persistent-client.js';

/** Every payment of one tenant, page by page, exactly as a merchant would read them. */
export async function readAllPayments(client: PersistentClient): Promise<PublicPayment[]> {
  const payments: PublicPayment[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await client.get(`/v1/payments?limit=100${query}`);
    if (status !== 200) throw new Error(`the list of payments answered ${status}`);
    payments.push(...(body['data'] as PublicPayment[]));
    cursor = body['has_more'] === true ? String(body['next_cursor']) : null;
  } while (cursor !== null);
  return payments;
}
