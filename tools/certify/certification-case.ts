import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import type { Expectation } from '../once/scenario.js';
import type { Payment } from '@tsunagu/sdk';
import type { Purchase, Till } from '../till/till.js';
import type { CaseFault, HostPanel } from './host-panel.js';

/** What a case works with. */
export interface CaseMeans {
  readonly till: Till;
  readonly host: HostPanel;
  readonly card: TestCard;
}

/** One case of the certification script. Either a payment or the masked answer to a message of the host comes of it. */
export interface CertificationCase {
  readonly id: string;
  readonly title: string;
  /** What the host does wrong meanwhile. */
  readonly faults: readonly CaseFault[];
  readonly payment?: { readonly run: (means: CaseMeans) => Promise<Payment>; readonly expected: Expectation };
  readonly order?: { readonly send: Record<string, unknown>; readonly expected: Readonly<Record<string, string>> };
  /** Message types that must have come to the host, in this order; others may stand between them. */
  readonly arrive: readonly string[];
  /** Message types that must not have come. */
  readonly never?: readonly string[];
}

/** Card and way of reading by link; a link that is not here is certified with the card of the acquirer. */
const CARD_OF_LINK: Readonly<Record<string, string>> = { jcb: 'jcb', acq: 'visa', cup: 'unionpay' };
const PIN = '123456';

export function cardOf(link: string): TestCard {
  const card = TEST_CARDS[CARD_OF_LINK[link] ?? 'visa'];
  if (card === undefined) throw new Error('the link has a test card');
  return card;
}

const buy = ({ till, card }: CaseMeans, amountMinor: number, kind: Purchase['kind'] = 'sale'): Promise<Payment> =>
  till.pay({ kind, card, entry: 'chip', amountMinor, ...(card.brand === 'unionpay' ? { pin: PIN } : {}) });

const CHARGED = (amountMinor: number): Expectation => ({ status: 'captured', charged: 'yes', captured: amountMinor });
const REVERSED: Expectation = { status: 'declined', charged: 'no', reason: 'reversed' };

/** A sale that meets trouble, and what must be left of it. */
function troubled(
  id: string,
  title: string,
  faults: readonly CaseFault[],
  more: Partial<CertificationCase> = {},
): CertificationCase {
  const arrive = ['1200', '1420'];
  return { id, title, faults, arrive, payment: { run: (means) => buy(means, 1_500), expected: REVERSED }, ...more };
}

/**
 * The certification script of a link: every ending that money can have on it.
 * @source security-reliability.md M2: approve, decline, time-out, late, duplicate, malformed, reversal with three lost replies, reconnect
 */
export const CERTIFICATION: readonly CertificationCase[] = [
  {
    id: 'A1', title: 'sale approved', faults: [], arrive: ['1200'], never: ['1420'],
    payment: { run: (means) => buy(means, 1_500), expected: CHARGED(1_500) },
  },
  {
    id: 'A2', title: 'authorization, captured later by an advice', faults: [], arrive: ['1100', '1220'], never: ['1420'],
    payment: {
      run: async (means) => means.till.move((await buy(means, 5_000, 'auth')).id, 'captures'),
      expected: CHARGED(5_000),
    },
  },
  {
    id: 'A3', title: 'authorization, cancelled before capture', faults: [], arrive: ['1100', '1420'], never: ['1220'],
    payment: {
      run: async (means) => means.till.move((await buy(means, 7_000, 'auth')).id, 'cancel'),
      expected: { status: 'voided', charged: 'no' },
    },
  },
  {
    id: 'A4', title: 'refund of a part, then of the rest', faults: [], arrive: ['1200', '1200', '1200'],
    payment: {
      run: async (means) => {
        const { id } = await buy(means, 3_000);
        await means.till.move(id, 'refunds', 1_000);
        return means.till.move(id, 'refunds');
      },
      expected: { status: 'refunded', charged: 'no', captured: 3_000, refunded: 3_000 },
    },
  },
  {
    id: 'A5', title: 'sale taken back whole on its day: a reversal', faults: [], arrive: ['1200', '1420'],
    payment: {
      run: async (means) => means.till.move((await buy(means, 3_000)).id, 'refunds'),
      expected: { status: 'voided', charged: 'no' },
    },
  },
  {
    id: 'D1', title: 'declined: not sufficient funds (116)', faults: [], arrive: ['1200'], never: ['1420'],
    payment: { run: (means) => buy(means, 1_116), expected: { status: 'declined', charged: 'no' } },
  },
  {
    id: 'D2', title: 'declined: pick up (200), nothing shown that would tell the shopper', faults: [], arrive: ['1200'],
    payment: { run: (means) => buy(means, 1_200), expected: { status: 'declined', charged: 'no' } },
  },
  troubled('T1', 'time-out: the request never arrives', [{ kind: 'lose_request', mtis: ['1200'], next: 1 }]),
  troubled('T2', 'time-out: booked, the answer never arrives', [{ kind: 'lose_reply', mtis: ['1200'], next: 1 }]),
  troubled('T3', 'late: an approval after the reversal was decided', [{ kind: 'late', mtis: ['1200'], next: 1 }]),
  {
    id: 'U1', title: 'duplicate: the answer comes twice, the sale is booked once', arrive: ['1200'], never: ['1420'],
    faults: [{ kind: 'duplicate', mtis: ['1200'], next: 1 }],
    payment: { run: (means) => buy(means, 1_500), expected: CHARGED(1_500) },
  },
  {
    id: 'U2', title: 'duplicate: the acknowledgement of a capture is lost, its repeat is taken once', arrive: ['1100', '1220', '1221'],
    faults: [{ kind: 'lose_reply', mtis: ['1220'], next: 1 }],
    payment: {
      run: async (means) => means.till.move((await buy(means, 5_000, 'auth')).id, 'captures'),
      expected: CHARGED(5_000),
    },
  },
  troubled('M1', 'malformed: the answer is garbage', [{ kind: 'garbage', mtis: ['1200'], next: 1 }]),
  troubled('M2', 'malformed: the answer carries another trace number', [{ kind: 'wrong_stan', mtis: ['1200'], next: 1 }]),
  troubled('M3', 'malformed: the answer approves another amount', [{ kind: 'wrong_amount', mtis: ['1200'], next: 1 }]),
  troubled('R1', 'reversal whose acknowledgement is lost three times', [
    { kind: 'lose_reply', mtis: ['1200'], next: 1 },
    { kind: 'lose_reply', mtis: ['1420', '1421'], next: 3 },
  ], { arrive: ['1200', '1420', '1421', '1421', '1421'] }),
  troubled('C1', 'reconnect: the line is reset under an answer', [{ kind: 'reset', mtis: ['1200'], next: 1, at: 'reply' }], {
    arrive: ['1200', '1804', '1420'],
  }),
  troubled('C2', 'reconnect: the connection ends inside an answer', [{ kind: 'cut', mtis: ['1200'], next: 1 }], {
    arrive: ['1200', '1804', '1420'],
  }),
  {
    id: 'C3', title: 'after all of it: a sale is approved', faults: [], arrive: ['1200'], never: ['1420'],
    payment: { run: (means) => buy(means, 1_700), expected: CHARGED(1_700) },
  },
  {
    id: 'L1', title: 'negative list: a card of the host is taken', faults: [], arrive: ['1314'],
    order: { send: { do: 'negative_list', card: 'jcb-stripe' }, expected: { mti: '1314', '39': '300' } },
  },
  {
    id: 'L2', title: 'negative list: the card comes off again', faults: [], arrive: ['1314'],
    order: { send: { do: 'negative_list', card: 'jcb-stripe', isRemoval: true }, expected: { mti: '1314', '39': '300' } },
  },
  {
    id: 'N1', title: 'echo of the host is answered', faults: [], arrive: ['1814'],
    order: { send: { do: 'echo' }, expected: { mti: '1814', '39': '800' } },
  },
  {
    id: 'K1', title: 'counters of the host are in balance with ours', faults: [], arrive: ['1532'],
    order: { send: { do: 'sheet' }, expected: { mti: '1532', '39': '500' } },
  },
]; // prettier-ignore
