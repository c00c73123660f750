import { describe, expect, it } from 'vitest';
import { compareBooks, isSettled, type IssuerEntry, type PublicPayment } from './books-comparison.js';

const reference = { link: 'jcb', rrn: '632712000001', local_time: '261122120405' };

function aPayment(changes: Partial<PublicPayment> = {}): PublicPayment {
  return {
    id: 'pay_1',
    client_reference: 'r1',
    kind: 'sale',
    status: 'captured',
    final: true,
    customer_charged: 'yes',
    authorized: { amount: 1500 },
    captured: { amount: 1500 },
    refunds: [],
    attempts: [{ kind: 'sale', status: 'approved', network_reference: reference }],
    pending_unknown: [],
    ...changes,
  };
}

function anEntry(changes: Partial<IssuerEntry> = {}): IssuerEntry {
  return {
    link: 'jcb',
    rrn: reference.rrn,
    localTime: reference.local_time,
    kind: 'charge',
    amountMinor: 1500,
    isReversed: false,
    ...changes,
  };
}

const DECLINED = {
  status: 'declined',
  customer_charged: 'no',
  captured: { amount: 0 },
  authorized: { amount: 0 },
} as const;
const CLEAN = { double: 0, orphan: 0, phantom: 0, stuck: 0, difference_yen: 0, difference_foreign: 0, places: [] };

describe('our books against the issuers', () => {
  it('agree on a sale, an untouched decline and a reversed approval', () => {
    expect(compareBooks([aPayment()], [anEntry()])).toEqual(CLEAN);
    expect(compareBooks([aPayment(DECLINED)], [])).toEqual(CLEAN);
    expect(compareBooks([aPayment(DECLINED)], [anEntry({ isReversed: true })])).toEqual(CLEAN);
  });

  it('agree on an authorization with its capture and on a sale with its return', () => {
    const capture = { ...reference, rrn: '632712000002' };
    const auth = aPayment({
      kind: 'auth',
      attempts: [
        { kind: 'auth', status: 'approved', network_reference: reference },
        { kind: 'capture', status: 'approved', network_reference: capture },
      ],
    });
    expect(compareBooks([auth], [anEntry(), anEntry({ kind: 'capture', rrn: capture.rrn })])).toEqual(CLEAN);
    const refunded = aPayment({
      status: 'partially_refunded',
      refunds: [{ status: 'approved', kind: 'henpin', money: { amount: 500 } }],
      attempts: [
        { kind: 'sale', status: 'approved', network_reference: reference },
        { kind: 'refund', status: 'approved', network_reference: capture },
      ],
    });
    expect(
      compareBooks([refunded], [anEntry(), anEntry({ kind: 'refund', rrn: capture.rrn, amountMinor: 500 })]),
    ).toEqual(CLEAN);
    expect(compareBooks([refunded], [anEntry()])).toMatchObject({ phantom: 1, difference_yen: 500 });
  });

  it('find the customer who pays although the till said no', () => {
    expect(compareBooks([aPayment(DECLINED)], [anEntry()])).toMatchObject({ orphan: 1, difference_yen: 1500 });
  });

  it('find the charge that belongs to no payment', () => {
    expect(compareBooks([], [anEntry()])).toMatchObject({ orphan: 1, difference_yen: 1500 });
  });

  it('find the customer who pays twice', () => {
    const second = { ...reference, rrn: '632712000009' };
    const payment = aPayment({
      attempts: [
        { kind: 'sale', status: 'approved', network_reference: reference },
        { kind: 'sale', status: 'approved', network_reference: second },
      ],
    });
    expect(compareBooks([payment], [anEntry(), anEntry({ rrn: second.rrn })])).toMatchObject({
      double: 1,
      difference_yen: 1500,
    });
    expect(compareBooks([payment], [anEntry(), anEntry()])).toMatchObject({ double: 1 });
  });

  it('find the sale that the issuer never heard of, or took back', () => {
    expect(compareBooks([aPayment()], [])).toMatchObject({ phantom: 1, difference_yen: 1500 });
    expect(compareBooks([aPayment()], [anEntry({ isReversed: true })])).toMatchObject({ phantom: 1 });
  });

  it('find a yen that differs', () => {
    expect(compareBooks([aPayment()], [anEntry({ amountMinor: 1501 })])).toMatchObject({
      double: 0,
      phantom: 0,
      difference_yen: 1,
    });
  });

  it('agree on what was paid and given back in the currency of the card, and tell what differs', () => {
    const dcc = { status: 'accepted', amount: 1_005, refunded_amount: 335 };
    const back = { ...reference, rrn: '632712000003' };
    const paid = aPayment({
      status: 'partially_refunded',
      dcc,
      refunds: [{ status: 'approved', kind: 'henpin', money: { amount: 500 } }],
      attempts: [
        { kind: 'sale', status: 'approved', network_reference: reference },
        { kind: 'refund', status: 'approved', network_reference: back },
      ],
    });
    const refund = anEntry({ kind: 'refund', rrn: back.rrn, amountMinor: 500, foreignMinor: 335 });
    expect(compareBooks([paid], [anEntry({ foreignMinor: 1_005 }), refund])).toEqual(CLEAN);
    const atNewRate = compareBooks([paid], [anEntry({ foreignMinor: 1_005 }), { ...refund, foreignMinor: 340 }]);
    expect(atNewRate).toMatchObject({ difference_yen: 0, difference_foreign: 5 });
    expect(atNewRate.places).toHaveLength(1);
    const inYen = aPayment({ dcc: { status: 'refused', amount: 1_005, refunded_amount: 0 } });
    expect(compareBooks([inYen], [anEntry()])).toEqual(CLEAN);
    expect(compareBooks([inYen], [anEntry({ foreignMinor: 1_005 })]).difference_foreign).toBe(1_005);
  });

  it('agree on an authorization that was let grow: one charge, two entries', () => {
    const more = { ...reference, rrn: '632712000004' };
    const grown = aPayment({
      kind: 'auth',
      status: 'authorized',
      authorized: { amount: 2_000 },
      captured: { amount: 0 },
      attempts: [
        { kind: 'auth', status: 'approved', network_reference: reference },
        { kind: 'increase', status: 'approved', network_reference: more },
      ],
    });
    const increase = anEntry({ kind: 'increase', rrn: more.rrn, amountMinor: 500 });
    expect(compareBooks([grown], [anEntry(), increase])).toEqual(CLEAN);
    expect(compareBooks([grown], [anEntry()])).toMatchObject({ double: 0, difference_yen: 500 });
  });
});

it.each([
  ['still unknown', { status: 'unknown', final: false, customer_charged: 'unknown' }],
  ['in doubt', { attempts: [{ kind: 'sale', status: 'in_doubt', network_reference: null }] }],
  ['with an open refund', { refunds: [{ status: 'processing', kind: 'henpin', money: { amount: 1 } }] }],
  ['with an amount reserved', { pending_unknown: ['att_1'] }],
] as const)('calls a payment stuck that is %s after the quiet', (_, changes) => {
  expect(isSettled(aPayment(changes))).toBe(false);
  expect(compareBooks([aPayment(changes)], [anEntry()]).stuck).toBe(1);
});
