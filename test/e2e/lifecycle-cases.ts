import { randomUUID } from 'node:crypto';
import { fromWireId } from '@tsunagu/kernel';
import { CardReader, TEST_CARDS, type LedgerEntry } from '@tsunagu/simulator';
import { describe, expect, it } from 'vitest';
import type { House } from '../../tools/supervisor.mjs';
import { runReconcile } from '../../tools/reconcile/run-reconcile.js';
import { runResolve } from '../../tools/resolve/run-resolve.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';

/** A payment as far as these cases read it. */
interface Payment {
  readonly id: string;
  readonly code?: string;
  readonly status: string;
  readonly captured: { readonly amount: number };
  readonly token: string;
  readonly allowed_actions: readonly string[];
  readonly attempts: readonly {
    readonly id: string;
    readonly kind: string;
    readonly status: string;
    readonly network_reference: { readonly rrn: string } | null;
  }[];
}

/** Where the cases run; `nextCounter` is that of the terminal's reader. */
type Place = () => { house: House; terminal: SandboxTerminal; nextCounter: () => number };

const TEST_MS = 60_000;
const POLL_MS = 100;
const money = (amount: number) => ({ amount, currency: 'JPY' });

/** A till that waits for every answer. */
class WaitingTill {
  constructor(readonly place: Place) {}

  pay(kind: 'sale' | 'auth', amount: number, waitSeconds = 25): Promise<Payment> {
    const { terminal, nextCounter } = this.place();
    const shown = { card: TEST_CARDS['jcb']!, entry: 'chip', amountMinor: amount } as const;
    const { cardPresent } = new CardReader(terminal).present(nextCounter(), shown);
    const named = { client_reference: randomUUID(), terminal_id: terminal.id, kind, money: money(amount) };
    return this.#ask('', { ...named, card_present: cardPresent }, waitSeconds);
  }

  move(id: string, path: string, amount?: number, more: object = {}): Promise<Payment> {
    return this.#ask(`/${id}/${path}`, { ...(amount === undefined ? {} : { money: money(amount) }), ...more });
  }

  until(id: string, status: string): Promise<Payment> {
    return this.when(id, (payment) => payment.status === status);
  }

  async when(id: string, isSo: (payment: Payment) => boolean): Promise<Payment> {
    for (;;) {
      const reply = await fetch(this.#url(`/${id}`), { headers: this.#headers() });
      const payment = (await reply.json()) as Payment;
      if (isSo(payment)) return payment;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** What the issuer booked for the attempts of a payment, in their order. */
  async booked({ attempts }: Payment): Promise<(LedgerEntry | undefined)[]> {
    const reply = await fetch(this.place().house.urls.ledger);
    const { authorizations } = (await reply.json()) as { authorizations: LedgerEntry[] };
    const known = new Map(authorizations.map((entry) => [entry.rrn, entry]));
    return attempts.filter(({ kind }) => kind !== 'void').map((one) => known.get(one.network_reference?.rrn ?? ''));
  }

  /** What the network does to the messages of the link of these cards from now on. */
  async faults(...faults: object[]): Promise<void> {
    const url = new URL('/faults?link=jcb', this.place().house.urls.faults);
    expect((await fetch(url, { method: 'PUT', body: JSON.stringify(faults) })).ok).toBe(true);
  }

  async #ask(path: string, body: unknown, waitSeconds = 25): Promise<Payment> {
    const headers = { ...this.#headers(), prefer: `wait=${waitSeconds}`, 'idempotency-key': randomUUID() };
    const reply = await fetch(this.#url(path), { method: 'POST', headers, body: JSON.stringify(body) });
    return (await reply.json()) as Payment;
  }

  #url(path: string): string {
    return `${this.place().house.urls.api}/v1/payments${path}`;
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.place().terminal.api_key}`, 'content-type': 'application/json' };
  }
}

/** The life of an authorization, partial approvals and telephone approvals through the public API against the simulated issuers. */
export function lifecycleCases(place: Place): void {
  const till = new WaitingTill(place);
  describe('the life of an authorization', () => authorizationCases(till));
  describe('what the issuer says in part, or on the telephone', () => sayingCases(till));
  describe('what nobody knows', () => doubtCases(till));
}

/** The commands of operators, on the data of this house. */
const operator = (till: WaitingTill) => {
  const data = ['--data', till.place().house.dataDir];
  return {
    reconcile: (...command: string[]) => runReconcile([...command, ...data]),
    resolve: (...command: string[]) => runResolve([...command, ...data]),
  };
};

function doubtCases(till: WaitingTill): void {
  it('is shown to operators, and what is known cannot be resolved', async () => {
    const { resolve } = operator(till);
    expect(await resolve('list')).toEqual({ code: 0, text: 'nothing is in doubt' });
    const order = await resolve('order', randomUUID(), 'approved', '--as', 'aoi', '--reason', 'the acquirer said so');
    expect(order).toMatchObject({ code: 2, text: expect.stringContaining('in doubt') as string });
  });

  it(
    'ends by two people at the switch and in the books, and no reversal goes out any more',
    async () => {
      const { reconcile, resolve } = operator(till);
      await till.faults({ link: 'jcb', kind: 'lose_request', mtis: ['1420', '1421'], next: 1_000 });
      const { id, attempts } = await till.pay('sale', 6_911, 0);
      const attempt = fromWireId('att', attempts[0]!.id)!;
      await till.until(id, 'unknown');
      const why = ['--reason', 'line 12 of the settlement file'];
      expect(await reconcile('give-up', attempt, '--as', 'aoi', ...why)).toMatchObject({ code: 0 });
      expect(await reconcile('approve', attempt, '--as', 'ren')).toMatchObject({ code: 0 });
      await till.when(id, (payment) => payment.attempts[0]?.status === 'in_doubt');
      expect(await resolve('list')).toMatchObject({ code: 1, text: expect.stringContaining(attempt) as string });
      expect(await resolve('order', attempt, 'approved', '--as', 'aoi', ...why)).toMatchObject({ code: 0 });
      expect(await resolve('approve', attempt, '--as', 'Aoi')).toMatchObject({ code: 2 });
      expect(await resolve('approve', attempt, '--as', 'ren')).toMatchObject({ code: 0 });
      const ended = await till.until(id, 'captured');
      await till.faults();
      expect(ended).toMatchObject({ customer_charged: 'yes', captured: { amount: 6_911 } });
      const waiting = await reconcile('saf');
      expect(waiting).toMatchObject({ code: 0, text: expect.not.stringContaining(attempt) as string });
      expect(await till.booked(ended)).toMatchObject([{ kind: 'sale', state: 'approved', amountMinor: 6_911 }]);
    },
    TEST_MS,
  );
}

function authorizationCases(till: WaitingTill): void {
  it(
    'grows, is captured in parts beyond its first amount, lets go of the rest, and goes back whole',
    async () => {
      const { id } = await till.pay('auth', 10_000);
      const grown = await till.move(id, 'increases', 5_000);
      expect(grown).toMatchObject({ status: 'authorized', authorized: { amount: 15_000 } });
      const refusal = { code: 'amount_exceeds_authorized', allowed_actions: grown.allowed_actions };
      expect(await till.move(id, 'captures', 15_001)).toMatchObject(refusal);
      await till.move(id, 'captures', 12_000, { final: false });
      await till.until(id, 'partially_captured');
      await till.move(id, 'captures', 1_000, { final: false });
      await till.when(id, ({ captured }) => captured.amount === 13_000);
      const released = await till.move(id, 'release');
      expect(released).toMatchObject({ status: 'captured', captured: { amount: 13_000 }, customer_charged: 'yes' });
      await till.move(id, 'refunds');
      expect(await till.booked(await till.until(id, 'refunded'))).toMatchObject([
        { kind: 'auth', state: 'captured' },
        { kind: 'increase', amountMinor: 5_000 },
        { kind: 'capture', amountMinor: 12_000 },
        { kind: 'capture', amountMinor: 1_000 },
        { kind: 'refund', amountMinor: 13_000 },
      ]);
    },
    TEST_MS,
  );

  it(
    'is cancelled with all that was added to it, and left as it was by an increase that the issuer refused',
    async () => {
      const { id } = await till.pay('auth', 10_000);
      const refused = await till.move(id, 'increases', 4_116);
      expect(refused).toMatchObject({ status: 'authorized', authorized: { amount: 10_000 } });
      await till.move(id, 'increases', 4_000);
      await till.move(id, 'cancel');
      const voided = await till.until(id, 'voided');
      expect(voided).toMatchObject({ customer_charged: 'no' });
      const states = (await till.booked(voided)).map((entry) => entry?.state);
      expect(states).toEqual(['reversed', 'declined', 'reversed']);
    },
    TEST_MS,
  );
}

function sayingCases(till: WaitingTill): void {
  it(
    'takes half of a sale, tells the clerk, and gives it back whole when the customer has nothing else',
    async () => {
      const half = await till.pay('sale', 2_906);
      const taken = { status: 'captured', captured: { amount: 1_453 }, customer_charged: 'yes' };
      expect(half).toMatchObject({ ...taken, cashier_state: { code: 'partially_approved' } });
      await till.move(half.id, 'refunds');
      const given = await till.until(half.id, 'voided');
      expect(given).toMatchObject({ refunds: [{ kind: 'torikeshi', kind_display: { ja: '取消' } }] });
      expect(await till.booked(given)).toMatchObject([{ state: 'reversed' }]);
    },
    TEST_MS,
  );

  it(
    'posts a sale that was referred to its issuer with the number of the telephone call, once',
    async () => {
      const referred = await till.pay('sale', 3_107);
      expect(referred).toMatchObject({
        status: 'declined',
        customer_charged: 'no',
        allowed_actions: ['voice_approval'],
      });
      const called = () =>
        till.move(referred.id, 'voice-approval', undefined, { client_reference: randomUUID(), code: 'V12345' });
      const { id } = await called();
      const posted = await till.until(id, 'captured');
      const voice = { approval_source: 'voice', approval_code: 'V12345', token: referred.token };
      expect(posted).toMatchObject({ ...voice, customer_charged: 'yes' });
      expect(await till.booked(posted)).toMatchObject([{ kind: 'sale', state: 'approved', amountMinor: 3_107 }]);
      expect(await called()).toMatchObject({ code: 'state_conflict' });
    },
    TEST_MS,
  );
}
