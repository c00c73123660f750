import { LANES, type ReverseRequest, type SealedEnvelope, type SubmitRequest } from '@tsunagu/contracts';
import { isCurrency } from '@tsunagu/kernel';
import {
  BRANDS,
  RequestShapeError,
  amountOf,
  objectOf,
  oneOf,
  optionalText,
  textOf,
  type Fields,
} from './request-fields.js';
import { shownAndAgreed } from './shown-and-agreed.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ATTEMPTS_MAX = 500;
const ENVELOPE_MAX = 8_192;

/** @throws RequestShapeError */
export function readSubmit(body: unknown): SubmitRequest {
  const fields = objectOf(body, 'body');
  const currency = textOf(fields, 'currency', /^[A-Z]{3}$/);
  if (!isCurrency(currency)) throw new RequestShapeError('currency');
  return {
    ...keyOf(fields),
    requestId: textOf(fields, 'requestId', /^[\x21-\x7e]{1,200}$/),
    operation: oneOf(fields, 'operation', ['authorize', 'sale', 'refund', 'capture', 'increase', 'voice_sale']),
    method: oneOf(fields, 'method', LANES),
    amountMinor: amountOf(fields, 'amountMinor'),
    currency,
    brand: oneOf(fields, 'brand', BRANDS),
    bin6: textOf(fields, 'bin6', /^[0-9]{0,8}$/),
    entryMode: oneOf(fields, 'entryMode', ['chip', 'contactless', 'stripe', 'keyed']),
    acceptor: acceptorOf(objectOf(fields['acceptor'], 'acceptor')),
    plan: planOf(fields['plan'] ?? undefined),
    ...shownAndAgreed(fields),
    slipNo: optionalText(fields, 'slipNo', /^.{1,20}$/),
    cardToken: optionalText(fields, 'cardToken', UUID),
    envelope: envelopeOf(fields['envelope'] ?? null),
    originalAttemptId: optionalText(fields, 'originalAttemptId', UUID),
    localTime: textOf(fields, 'localTime', /^[0-9]{12}$/),
  };
}

/** @throws RequestShapeError */
export function readReverse(body: unknown): ReverseRequest {
  const fields = objectOf(body, 'body');
  return {
    ...keyOf(fields),
    reason: oneOf(fields, 'reason', ['customer_cancellation', 'timeout', 'could_not_deliver', 'system']),
    ...(fields['method'] === undefined ? {} : { method: oneOf(fields, 'method', LANES) }),
    requestId: textOf(fields, 'requestId', /^[\x21-\x7e]{1,200}$/),
  };
}

/** @throws RequestShapeError */
export function readAttemptKeys(body: unknown): { tenantId: string; attemptId: string }[] {
  const { attempts } = objectOf(body, 'body');
  if (!Array.isArray(attempts) || attempts.length > ATTEMPTS_MAX) throw new RequestShapeError('attempts');
  return attempts.map((entry: unknown) => keyOf(objectOf(entry, 'attempts')));
}

function keyOf(fields: Fields): { tenantId: string; attemptId: string } {
  return { tenantId: textOf(fields, 'tenantId', UUID), attemptId: textOf(fields, 'attemptId', UUID) };
}

function acceptorOf(fields: Fields): SubmitRequest['acceptor'] {
  return {
    terminal: textOf(fields, 'terminal', /^[\x20-\x7e]{1,8}$/),
    merchant: textOf(fields, 'merchant', /^[\x20-\x7e]{1,15}$/),
    mcc: textOf(fields, 'mcc', /^[0-9]{4}$/),
    name: textOf(fields, 'name', /^.{0,200}$/su),
  };
}

function planOf(value: unknown): SubmitRequest['plan'] {
  if (value === undefined) return undefined;
  const fields = objectOf(value, 'plan');
  const code = fields['code'] ?? undefined;
  return {
    type: textOf(fields, 'type', /^[a-z_]{1,30}$/),
    count: planNumber(fields['count'], 'count', 99),
    code: code === undefined ? undefined : textOf(fields, 'code', /^[0-9]{2}$/),
    firstMonth: planNumber(fields['firstMonth'], 'firstMonth', 12),
    bonuses: bonusesOf(fields['bonuses'] ?? undefined),
  };
}

function bonusesOf(value: unknown): NonNullable<SubmitRequest['plan']>['bonuses'] {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > 6) throw new RequestShapeError('plan.bonuses');
  return value.map((each: unknown) => {
    const fields = objectOf(each, 'plan.bonuses');
    const month = planNumber(fields['month'], 'month', 12);
    const amountMinor = planNumber(fields['amountMinor'], 'amountMinor', 99_999_999);
    if (month === undefined || amountMinor === undefined) throw new RequestShapeError('plan.bonuses');
    return { month, amountMinor };
  });
}

function planNumber(value: unknown, name: string, max: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isOne = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
  if (!isOne) throw new RequestShapeError(`plan.${name}`);
  return value;
}

function envelopeOf(value: unknown): SealedEnvelope | null {
  if (value === null) return null;
  const fields = objectOf(value, 'envelope');
  const sad = (fields['sad'] ?? null) === null ? null : sealedOf(fields, 'sad');
  return { sad, account: sealedOf(fields, 'account') };
}

/** A part in the place of the other is refused here, before anything is opened. */
function sealedOf<P extends 'sad' | 'account'>(fields: Fields, part: P): `${P}.${string}` {
  return textOf(fields, part, new RegExp(`^${part}\\.[A-Za-z0-9+/=]{1,${ENVELOPE_MAX}}$`)) as `${P}.${string}`;
}
