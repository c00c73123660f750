import { readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';

/** Plan codes of JP01 that the gateway takes. @source iso8583-1993.md §12, payment-features.md §3.1 */
const TYPES: Readonly<Record<string, string>> = {
  '10': 'one_time',
  '21': 'bonus',
  '61': 'installments',
  '80': 'revolving',
};

/** What field 48 says of how the holder pays. */
export interface HqPlan {
  readonly plan?: { readonly type: string; readonly count?: number };
  readonly slipNo?: string;
}

/** @returns undefined when the plan is none that can be taken */
export function readPlan(message: IsoMessage): HqPlan | undefined {
  const tags = readPrivateTlv(message.text(48) ?? '');
  const slip = tags.get('JP04');
  const slipNo = slip === undefined || !/^[0-9]{1,5}$/.test(slip) ? undefined : slip;
  const digits = tags.get('JP01');
  if (digits === undefined) return { slipNo };
  const type = TYPES[digits.slice(0, 2)];
  const count = Number(digits.slice(2, 4));
  if (!/^[0-9]{7}$/.test(digits) || type === undefined) return undefined; // a list of bonuses is more than we can pass on
  if (type === 'one_time') return { slipNo };
  if (type !== 'installments') return { slipNo, plan: { type } };
  return count >= 2 ? { slipNo, plan: { type, count } } : undefined;
}
