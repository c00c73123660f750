import { TEST_CARDS } from '@tsunagu/simulator';
import type { Payment } from '@tsunagu/sdk';
import type { CaseMeans, CertificationCase } from './certification-case.js';

/** A case that only the counterparts named have the operation for. */
interface MethodCase extends CertificationCase {
  readonly links: readonly string[];
}

const CREDIT = ['jcb', 'acq'];
const ACQUIRER = ['acq'];
const UNIONPAY = ['cup'];
const WRONG_PIN = '654321';

const hold = ({ till, card }: CaseMeans, amountMinor: number): Promise<Payment> =>
  till.pay({ kind: 'auth', card, entry: 'chip', amountMinor, pin: card.pin });

/** A sale in the holder's own currency. */
async function converted({ till }: CaseMeans, amountMinor: number): Promise<Payment> {
  const card = TEST_CARDS['visa-usd']!;
  const asked = await till.pay({ kind: 'sale', method: 'dcc', card, entry: 'chip', amountMinor });
  const offer = await till.client.dccOffer(asked.id);
  return till.chooseCurrency(asked.id, offer?.id ?? '', 'foreign');
}

/**
 * What the certification script asks besides of a counterpart that has these methods.
 * @source payment-features.md §1.3 row 12, §4, §5, §6.4
 */
export const METHOD_CASES: readonly MethodCase[] = [
  {
    id: 'I1', title: 'authorization that grows, captured whole', links: CREDIT, faults: [], arrive: ['1100', '1100', '1220'], never: ['1420'],
    payment: {
      run: async (means) => {
        const { id } = await hold(means, 5_000);
        await means.till.move(id, 'increases', 2_000);
        return means.till.move(id, 'captures');
      },
      expected: { status: 'captured', charged: 'yes', captured: 7_000 },
    },
  },
  {
    id: 'I2', title: 'authorization that grew, cancelled with its increase', links: CREDIT, faults: [], arrive: ['1100', '1100', '1420', '1420'],
    payment: {
      run: async (means) => {
        const { id } = await hold(means, 5_000);
        await means.till.move(id, 'increases', 2_000);
        return means.till.move(id, 'cancel');
      },
      expected: { status: 'voided', charged: 'no' },
    },
  },
  {
    id: 'P1', title: 'PIN asked for after a tap: the same purchase again with it', links: CREDIT, faults: [], arrive: ['1200', '1200'], never: ['1420'],
    payment: {
      run: async ({ till, card }) => {
        const { id } = await till.pay({ kind: 'sale', card, entry: 'contactless', amountMinor: 1_908 });
        return till.continueWithPin(id, card, card.pin);
      },
      expected: { status: 'captured', charged: 'yes', captured: 1_908 },
    },
  },
  {
    id: 'G1', title: 'declined with a domestic code (G55 in JP08), kept as it came', links: CREDIT, faults: [], arrive: ['1200'], never: ['1420'],
    payment: {
      run: ({ till, card }) => till.pay({ kind: 'sale', card, entry: 'chip', amountMinor: 742_055, pin: card.pin }),
      expected: { status: 'declined', charged: 'no', rawCode: 'G55' },
    },
  },
  {
    id: 'G2', title: 'declined with what is no domestic code: the action code decides', links: CREDIT, faults: [], arrive: ['1200'], never: ['1420'],
    payment: {
      run: ({ till, card }) => till.pay({ kind: 'sale', card, entry: 'chip', amountMinor: 742_100, pin: card.pin }),
      expected: { status: 'declined', charged: 'no', rawCode: 'g?5' },
    },
  },
  {
    id: 'X1', title: 'sale in the currency of the card, refunded in parts', links: ACQUIRER, faults: [], arrive: ['1200', '1200', '1200'], never: ['1420'],
    payment: {
      run: async (means) => {
        const { id } = await converted(means, 12_000);
        await means.till.move(id, 'refunds', 5_000);
        return means.till.move(id, 'refunds');
      },
      expected: { status: 'refunded', charged: 'no', captured: 12_000, refunded: 12_000 },
    },
  },
  {
    id: 'X2', title: 'sale in the currency of the card, cancelled on its day', links: ACQUIRER, faults: [], arrive: ['1200', '1420'],
    payment: {
      run: async (means) => means.till.move((await converted(means, 12_000)).id, 'refunds'),
      expected: { status: 'voided', charged: 'no' },
    },
  },
  {
    id: 'Q1', title: 'UnionPay: a wrong PIN (117), then the right one', links: UNIONPAY, faults: [], arrive: ['1200', '1200'], never: ['1420'],
    payment: {
      run: async ({ till, card }) => {
        const { id } = await till.pay({ kind: 'sale', card, entry: 'chip', amountMinor: 2_600, pin: WRONG_PIN });
        return till.continueWithPin(id, card, card.pin);
      },
      expected: { status: 'captured', charged: 'yes', captured: 2_600 },
    },
  },
  {
    id: 'Q2', title: 'UnionPay: completion of 115 % of the pre-authorization', links: UNIONPAY, faults: [], arrive: ['1100', '1220'], never: ['1420'],
    payment: {
      run: async (means) => means.till.move((await hold(means, 10_000)).id, 'captures', 11_500),
      expected: { status: 'captured', charged: 'yes', captured: 11_500 },
    },
  },
  {
    id: 'Q3', title: 'UnionPay: completion, cancelled on its day', links: UNIONPAY, faults: [], arrive: ['1100', '1220', '1420', '1420'],
    payment: {
      run: async (means) => {
        const { id } = await hold(means, 10_000);
        await means.till.move(id, 'captures');
        return means.till.move(id, 'refunds');
      },
      expected: { status: 'voided', charged: 'no' },
    },
  },
  {
    id: 'Q4', title: 'UnionPay: cancel of a completion whose acknowledgement is lost', links: UNIONPAY, arrive: ['1100', '1220', '1420', '1421'],
    faults: [{ kind: 'lose_reply', mtis: ['1420'], next: 1 }],
    payment: {
      run: async (means) => {
        const { id } = await hold(means, 10_000);
        await means.till.move(id, 'captures');
        return means.till.move(id, 'refunds');
      },
      expected: { status: 'voided', charged: 'no' },
    },
  },
]; // prettier-ignore

/** The cases of a link, besides those of every link. */
export function methodCasesOf(link: string): readonly CertificationCase[] {
  return METHOD_CASES.filter(({ links }) => links.includes(link));
}
