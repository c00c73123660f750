import { randomUUID } from 'node:crypto';
import { CardReader, TEST_CARDS, type LedgerEntry, type Presentation } from '@tsunagu/simulator';
import type { House } from '../../tools/supervisor.mjs';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';

/** A payment as far as its specs read it. */
interface Payment {
  readonly id: string;
  readonly code?: string;
  readonly status: string;
  readonly customer_charged: string;
  readonly decline: { readonly network_code: string } | null;
  readonly allowed_actions: readonly string[];
  readonly attempts: readonly {
    readonly status: string;
    readonly network_reference: { readonly link: string } | null;
  }[];
  readonly presentment: { readonly application: { readonly brand: string } | null } | null;
  readonly refunds: readonly { readonly kind: string; readonly status: string }[];
}

interface Traced {
  readonly direction: string;
  readonly message: Readonly<Record<string, string>>;
}

const POLL_MS = 100;
const CARD = TEST_CARDS['unionpay']!;
const LINK = 'cup';

/** For specs: a till that takes UnionPay cards through the public API, and the panel of the simulated host at the other end. */
export class UnionPayTill {
  constructor(
    private readonly house: House,
    private readonly terminal: SandboxTerminal,
    /** The reader's next counter; whoever shares the reader shares it. */
    private readonly nextCounter: () => number,
  ) {}

  /** A card of UnionPay's in the reader, with its right PIN unless told otherwise. */
  pay(kind: 'sale' | 'auth', amount: number, more: Partial<Presentation> = {}): Promise<Payment> {
    const shown = { card: CARD, entry: 'chip', amountMinor: amount, pin: CARD.pin, ...more } as const;
    const { cardPresent } = new CardReader(this.terminal).present(this.nextCounter(), shown);
    const named = { client_reference: randomUUID(), terminal_id: this.terminal.id, kind };
    return this.ask('', { ...named, money: { amount, currency: 'JPY' }, card_present: cardPresent });
  }

  /** The right PIN, typed for a card that was read before. */
  typePin(): unknown {
    return new CardReader(this.terminal).encryptPin(this.nextCounter(), CARD, CARD.pin).pinBlock;
  }

  async completed(amount: number, taken = amount): Promise<Payment> {
    const { id } = await this.pay('auth', amount);
    await this.move(id, 'captures', taken);
    return this.until(id, ({ status }) => status === 'captured');
  }

  move(id: string, path: string, amount?: number, more: object = {}): Promise<Payment> {
    const money = amount === undefined ? {} : { money: { amount, currency: 'JPY' } };
    return this.ask(`/${id}/${path}`, { ...money, ...more });
  }

  async ask(path: string, body: unknown): Promise<Payment> {
    const reply = await fetch(`${this.house.urls.api}/v1/payments${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.terminal.api_key}`,
        'content-type': 'application/json',
        prefer: 'wait=25',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    return (await reply.json()) as Payment;
  }

  async read(id: string): Promise<Payment> {
    const headers = { authorization: `Bearer ${this.terminal.api_key}` };
    return (await (await fetch(`${this.house.urls.api}/v1/payments/${id}`, { headers })).json()) as Payment;
  }

  async until(id: string, isSo: (payment: Payment) => boolean): Promise<Payment> {
    for (;;) {
      const payment = await this.read(id);
      if (isSo(payment)) return payment;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The host refuses the next message of this type with this action code. */
  refuse(mti: string, action: string): Promise<unknown> {
    return this.#script({ when: { mti }, answer: { action } });
  }

  /** The answer to the next message of this type never comes. */
  lose(mti: string): Promise<unknown> {
    return this.#put(`/faults?link=${LINK}`, [{ link: LINK, kind: 'cut', mtis: [mti], next: 1 }]);
  }

  /** The next message of this type must call itself so in field 48, and name its original. */
  mustSay(mti: string, operation: string): Promise<unknown> {
    const said = `(JP04005\\d{5})?UP01002${operation}UP02010\\d{10}`;
    return this.#script({ when: { mti }, expect: { values: { 48: said } } });
  }

  /** Whether what came since was as it must be, and something was looked at. */
  async wasSaid(): Promise<boolean> {
    const said = await this.#panel<{ failed: number; records: readonly unknown[] }>(`/expectations?link=${LINK}`);
    return said.records.length > 0 && said.failed === 0;
  }

  async clearPanel(): Promise<void> {
    await this.#put(`/faults?link=${LINK}`, []);
    await this.#put('/scripts', []);
  }

  /** Messages of one type that came to the host, oldest first; values that stand for a card are masked. */
  async heard(mti: string): Promise<Readonly<Record<string, string>>[]> {
    const { messages } = await this.#panel<{ messages: readonly Traced[] }>(`/messages?link=${LINK}`);
    const came = messages.filter(({ direction, message }) => direction === 'in' && message['mti'] === mti);
    return came.map(({ message }) => message);
  }

  /** The newest line of this kind in the host's book. */
  async booked(kind: string): Promise<LedgerEntry | undefined> {
    const page = await this.#panel<{ authorizations: LedgerEntry[] }>(`/ledger?link=${LINK}`);
    return page.authorizations.findLast((entry) => entry.kind === kind);
  }

  #script(step: object): Promise<unknown> {
    return this.#put('/scripts', [{ name: 'unionpay', link: LINK, steps: [{ name: 'step', times: 1, ...step }] }]);
  }

  #put(path: string, body: unknown): Promise<unknown> {
    return this.#panel(path, { method: 'PUT', body: JSON.stringify(body) });
  }

  async #panel<Body>(path: string, init?: RequestInit): Promise<Body> {
    const reply = await fetch(new URL(path, this.house.urls.faults), init);
    if (!reply.ok) throw new Error(`the panel answered ${reply.status} to ${path}`);
    return (await reply.json()) as Body;
  }
}
