import { PaymentResponse } from '@tsunagu/payments';

/** Where the documentation's decorators keep the names of a class's fields, each after a colon. */
const DOCUMENTED = 'swagger/apiModelPropertiesArray';

/** Every documented field of a payment: what `fields` may name. */
export const PAYMENT_FIELDS: readonly string[] = (
  Reflect.getMetadata(DOCUMENTED, PaymentResponse.prototype) as string[]
).map((name) => name.slice(1));

/** A payment with the named fields only; its identity always stays. @param fields as in the query, undefined: all */
export function selectFields(payment: PaymentResponse, fields: string | undefined): PaymentResponse {
  if (fields === undefined) return payment;
  const wanted = new Set(['id', 'object', ...fields.split(',')]);
  return Object.fromEntries(Object.entries(payment).filter(([name]) => wanted.has(name))) as unknown as PaymentResponse;
}
