import { isCurrency, type CurrencyCode } from '@tsunagu/kernel';
import type { PeerTransaction } from '@tsunagu/switching';
import { RequestShapeError } from '../attempts/request-fields.js';

const DATE = /^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[A-Za-z0-9._@-]{2,80}$/;
const LINK = /^[a-z][a-z0-9-]{0,30}$/;
const REASON = /^.{0,500}$/su;
const TRANSACTIONS_MAX = 5_000;

type Fields = Readonly<Record<string, unknown>>;

/** What an operator orders. */
export type ReconciliationOrder =
  | {
      readonly action: 'final' | 'checkpoint';
      readonly link: string;
      readonly businessDate: string;
      readonly currency: CurrencyCode;
    }
  | { readonly action: 'cutover'; readonly link: string; readonly businessDate: string }
  | {
      readonly action: 'close';
      readonly caseId: string;
      readonly by: string;
      readonly reason: string;
      readonly corrections: readonly string[];
    }
  | { readonly action: 'details'; readonly caseId: string; readonly transactions: readonly PeerTransaction[] };

/** @throws RequestShapeError */
export function readOrder(body: unknown): ReconciliationOrder {
  const fields = fieldsOf(body, 'body');
  switch (fields['action']) {
    case 'final':
    case 'checkpoint': {
      const currency = text(fields, 'currency', /^[A-Z]{3}$/);
      if (!isCurrency(currency)) throw new RequestShapeError('currency');
      return {
        action: fields['action'],
        link: text(fields, 'link', LINK),
        businessDate: text(fields, 'businessDate', DATE),
        currency,
      };
    }
    case 'cutover':
      return { action: 'cutover', link: text(fields, 'link', LINK), businessDate: text(fields, 'businessDate', DATE) };
    case 'close':
      return closingOf(fields);
    case 'details':
      return {
        action: 'details',
        caseId: text(fields, 'caseId', UUID),
        transactions: list(fields, 'transactions', TRANSACTIONS_MAX).map(transactionOf),
      };
    default:
      throw new RequestShapeError('action');
  }
}

/** @throws RequestShapeError */
export function readQuestion(body: unknown): { link?: string; caseId?: string } {
  const fields = fieldsOf(body, 'body');
  return {
    link: fields['link'] === undefined ? undefined : text(fields, 'link', LINK),
    caseId: fields['caseId'] === undefined ? undefined : text(fields, 'caseId', UUID),
  };
}

/** It ends with corrections, or with a reason in words: one of them must be there. */
function closingOf(fields: Fields): ReconciliationOrder {
  const reason = text({ reason: '', ...fields }, 'reason', REASON).trim();
  const corrections = list({ corrections: [], ...fields }, 'corrections', 100).map((one, at) =>
    text({ [`corrections.${at}`]: one }, `corrections.${at}`, UUID),
  );
  if (reason.length < 10 && corrections.length === 0) throw new RequestShapeError('reason');
  return { action: 'close', caseId: text(fields, 'caseId', UUID), by: text(fields, 'by', NAME), reason, corrections };
}

function transactionOf(value: unknown): PeerTransaction {
  const fields = fieldsOf(value, 'transactions');
  const amountMinor = fields['amountMinor'];
  if (typeof amountMinor !== 'number' || !Number.isSafeInteger(amountMinor) || amountMinor < 0)
    throw new RequestShapeError('amountMinor');
  return {
    rrn: text(fields, 'rrn', /^[\x20-\x7e]{12}$/),
    localTime: text(fields, 'localTime', /^\d{12}$/),
    class: text(fields, 'class', /^(credit|debit|authorization)$/) as PeerTransaction['class'],
    terminal: fields['terminal'] === null ? null : text(fields, 'terminal', /^[\x20-\x7e]{1,8}$/),
    amountMinor,
    businessDate: text(fields, 'businessDate', DATE),
    reversalDate: (fields['reversalDate'] ?? null) === null ? null : text(fields, 'reversalDate', DATE),
  };
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RequestShapeError(field);
  return value as Fields;
}

function text(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new RequestShapeError(field);
  return value;
}

function list(fields: Fields, field: string, max: number): readonly unknown[] {
  const value = fields[field];
  if (!Array.isArray(value) || value.length > max) throw new RequestShapeError(field);
  return value;
}
