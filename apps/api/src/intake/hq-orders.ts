import {
  LANES,
  type CardBrand,
  type CardDisplay,
  type HqMovementOrder,
  type HqPaymentOrder,
  type OpenCardAnswer,
  type SealedEnvelope,
} from '@tsunagu/contracts';
import { AMOUNT_MINOR_MAX, AppError, isCurrency, type CurrencyCode } from '@tsunagu/kernel';

/** An internal order is not what the contract says. Names the field, never its value. */
export class OrderShapeError extends AppError {
  readonly code = 'parameter_invalid';
  readonly category = 'invalid';

  constructor(field: string) {
    super('the order is not what the contract says', { field });
  }
}

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const REFERENCE = /^[A-Za-z0-9_.:/-]{1,64}$/;
const WAIT_MAX_MS = 30_000;
const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'];

/** @throws OrderShapeError */
export function readPaymentOrder(body: unknown): HqPaymentOrder {
  const fields = objectOf(body, 'body');
  return {
    ...askedOf(fields),
    terminalId: textOf(fields, 'terminalId', UUID),
    reference: textOf(fields, 'reference', REFERENCE),
    kind: oneOf(fields, 'kind', ['sale', 'auth']),
    method: isAbsent(fields['method']) ? undefined : oneOf(fields, 'method', LANES),
    amountMinor: amountOf(fields),
    currency: currencyOf(fields),
    plan: planOf(fields['plan']),
    slipNo: isAbsent(fields['slipNo']) ? undefined : textOf(fields, 'slipNo', /^[0-9]{1,20}$/),
    metadata: metadataOf(fields['metadata']),
    entryMode: oneOf(fields, 'entryMode', ['chip', 'contactless', 'stripe', 'keyed']),
    opened: openedOf(objectOf(fields['opened'], 'opened')),
  };
}

/** @throws OrderShapeError */
export function readMovementOrder(body: unknown): HqMovementOrder {
  const fields = objectOf(body, 'body');
  return {
    ...askedOf(fields),
    kind: oneOf(fields, 'kind', ['capture', 'refund']),
    intent: textOf(fields, 'intent', REFERENCE),
    original: textOf(fields, 'original', REFERENCE),
    amountMinor: isAbsent(fields['amountMinor']) ? undefined : amountOf(fields),
  };
}

/** @throws OrderShapeError */
export function readGiveUp(body: unknown): { tenantId: string; requestId: string; reference: string } {
  const fields = objectOf(body, 'body');
  return { ...whoOf(fields), reference: textOf(fields, 'reference', REFERENCE) };
}

function whoOf(fields: Fields): { tenantId: string; requestId: string } {
  return {
    tenantId: textOf(fields, 'tenantId', UUID),
    requestId: textOf(fields, 'requestId', /^[\x21-\x7e]{1,200}$/),
  };
}

function askedOf(fields: Fields): { tenantId: string; requestId: string; waitMs: number } {
  const { waitMs } = fields;
  const isWait = typeof waitMs === 'number' && Number.isSafeInteger(waitMs) && waitMs >= 0 && waitMs <= WAIT_MAX_MS;
  if (!isWait) throw new OrderShapeError('waitMs');
  return { ...whoOf(fields), waitMs };
}

function openedOf(fields: Fields): OpenCardAnswer {
  return {
    tokenId: textOf(fields, 'tokenId', UUID),
    card: cardOf(objectOf(fields['card'], 'card')),
    envelope: envelopeOf(objectOf(fields['envelope'], 'envelope')),
  };
}

function cardOf(fields: Fields): CardDisplay {
  return {
    brand: oneOf(fields, 'brand', BRANDS),
    bin6: textOf(fields, 'bin6', /^[0-9]{0,8}$/),
    last4: textOf(fields, 'last4', /^[0-9]{4}$/),
    expMonth: numberOf(fields, 'expMonth'),
    expYear: numberOf(fields, 'expYear'),
    funding: oneOf(fields, 'funding', ['credit', 'debit', 'prepaid', 'unknown']),
    country: isAbsent(fields['country']) ? null : textOf(fields, 'country', /^[A-Z]{2}$/),
    issuerName: isAbsent(fields['issuerName']) ? null : textOf(fields, 'issuerName', /^.{1,100}$/su),
    currency: isAbsent(fields['currency']) ? null : currencyOf(fields),
  };
}

function currencyOf(fields: Fields): CurrencyCode {
  const currency = textOf(fields, 'currency', /^[A-Z]{3}$/);
  if (!isCurrency(currency)) throw new OrderShapeError('currency');
  return currency;
}

function envelopeOf(fields: Fields): SealedEnvelope {
  return { sad: isAbsent(fields['sad']) ? null : sealedOf(fields, 'sad'), account: sealedOf(fields, 'account') };
}

function sealedOf<P extends 'sad' | 'account'>(fields: Fields, part: P): `${P}.${string}` {
  return textOf(fields, part, new RegExp(`^${part}\\.[A-Za-z0-9+/=]{1,8192}$`)) as `${P}.${string}`;
}

function planOf(value: unknown): HqPaymentOrder['plan'] {
  if (isAbsent(value)) return undefined;
  const fields = objectOf(value, 'plan');
  const months = fields['bonusMonths'];
  if (!isAbsent(months) && !isMonths(months)) throw new OrderShapeError('bonusMonths');
  return {
    type: textOf(fields, 'type', /^[a-z_]{1,30}$/),
    count: numberOf(fields, 'count') ?? undefined,
    firstMonth: numberOf(fields, 'firstMonth') ?? undefined,
    bonusMonths: isAbsent(months) ? undefined : months,
    bonusAmountMinor: numberOf(fields, 'bonusAmountMinor') ?? undefined,
  };
}

function isMonths(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 6 && value.every((month) => Number.isSafeInteger(month));
}

function metadataOf(value: unknown): HqPaymentOrder['metadata'] {
  if (isAbsent(value)) return undefined;
  const fields = objectOf(value, 'metadata');
  return Object.fromEntries(Object.keys(fields).map((key) => [key, textOf(fields, key, /^[\x20-\x7e]{0,500}$/)]));
}

function amountOf(fields: Fields): number {
  const value = numberOf(fields, 'amountMinor');
  if (value === null || value < 1 || value > AMOUNT_MINOR_MAX) throw new OrderShapeError('amountMinor');
  return value;
}

function numberOf(fields: Fields, field: string): number | null {
  const value = fields[field] ?? null;
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new OrderShapeError(field);
  return value;
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

function objectOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OrderShapeError(field);
  return value as Fields;
}

function textOf(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new OrderShapeError(field);
  return value;
}

function oneOf<T extends string>(fields: Fields, field: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === fields[field]);
  if (found === undefined) throw new OrderShapeError(field);
  return found;
}
