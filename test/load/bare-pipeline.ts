import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { IsoMessage, rrn } from '@tsunagu/iso8583';
import { newId } from '@tsunagu/kernel';
import pg from 'pg';
import { type OpenedCard, openCard, panIndex, seal, unseal } from './bare-crypto.js';
import { BareLine, wireTimes } from './bare-line.js';

export interface BareOptions {
  readonly databaseUrl: string;
  readonly issuer: {
    readonly host: string;
    readonly port: number;
    readonly acquirerId: string;
    readonly forwardingId: string;
  };
  /** Initial keys by initial key id: what the vault derives or holds in its HSM. */
  readonly initialKeys: Readonly<Record<string, string>>;
}

interface Order {
  readonly client_reference: string;
  readonly money: { readonly amount: number };
  readonly card_present: {
    readonly ksn: string;
    readonly iv: string;
    readonly ciphertext: string;
    readonly mac: string;
  };
}

interface Work {
  readonly order: Order;
  readonly key: string;
  readonly card: OpenedCard;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly sealed: { readonly sad: string; readonly account: string };
}

const TENANT = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01';
const KEYS = { index: randomBytes(32), pan: randomBytes(32), sad: randomBytes(32), account: randomBytes(32) };

/**
 * The same durable steps as the gateway with nothing around them: six commits, the same cryptography, the same wire to the same
 * simulated issuer; node:http, pg and node:net in one process. No framework, no validation, no zones, no queue, no log: a floor.
 */
export class BarePipeline {
  readonly #pool: pg.Pool;
  readonly #line: BareLine;
  readonly #server: Server;

  constructor(private readonly options: BareOptions) {
    this.#pool = new pg.Pool({ connectionString: options.databaseUrl, max: 16, pipeline: true } as pg.PoolConfig);
    this.#line = new BareLine(options.issuer);
    this.#server = createServer((request, response) => {
      this.#serve(request).then(
        (body) => response.writeHead(201, { 'content-type': 'application/json' }).end(body),
        (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : 'failed'),
      );
    });
  }

  /** @returns base URL */
  async start(): Promise<string> {
    await this.#line.open();
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    this.#line.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#pool.end();
  }

  async #serve(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const order = JSON.parse(Buffer.concat(chunks).toString()) as Order;
    const work = await this.#openCard(order, String(request.headers['idempotency-key']));
    await this.#intake(work);
    await this.#claim(work);
    const answer = await this.#send(work);
    return this.#conclude(work, answer);
  }

  /** Commit 1: KSN claim, token, audit. */
  async #openCard(order: Order, key: string): Promise<Work> {
    const { ksn } = order.card_present;
    const initialKey = this.options.initialKeys[ksn.slice(0, 16)];
    const card = initialKey === undefined ? undefined : openCard(Buffer.from(initialKey, 'hex'), order.card_present);
    if (card === undefined) throw new Error('card refused');
    const now = new Date();
    const index = panIndex(KEYS.index, card.pan);
    const counter = parseInt(ksn.slice(16), 16);
    await this.#transaction([
      ['ksn', 'insert into ksn_use values ($1,$2,$3,$4,$5,$6)', [TENANT, ksn.slice(0, 16), counter, index, key, now]],
      [
        'counter',
        `insert into device_counter values ($1,$2,$3) on conflict (tenant_id, ikid)
         do update set highest = greatest(device_counter.highest, excluded.highest)`,
        [TENANT, ksn.slice(0, 16), counter],
      ],
      [
        'card',
        'insert into card values ($1,$2,$3,$4) on conflict do nothing',
        [TENANT, index, randomUUID(), Buffer.from(seal(KEYS.pan, 'pan', card.pan), 'base64')],
      ],
      ['token', 'select token from card where tenant_id = $1 and pan_index = $2', [TENANT, index]],
      ['audit', 'insert into audit values ($1,$2,$3,$4)', [TENANT, newId(now), 'open', now]],
    ]);
    const sealed = {
      sad: seal(KEYS.sad, 'sad', card.track2),
      account: seal(KEYS.account, 'account', `${card.pan}=${card.expiry}`),
    };
    return { order, key, card, paymentId: newId(now), attemptId: newId(now), sealed };
  }

  /** Commit 2: idempotency, reference, payment, attempt, event. */
  async #intake({ order, key, card, paymentId, attemptId, sealed }: Work): Promise<void> {
    const now = new Date();
    const amount = order.money.amount;
    const display = JSON.stringify({ bin6: card.pan.slice(0, 6), last4: card.pan.slice(-4) });
    await this.#transaction([
      ['idempotency', 'insert into idempotency values ($1,$2,$3,$4)', [TENANT, key, 'f'.repeat(64), paymentId]],
      ['reference', 'insert into payment_reference values ($1,$2,$3)', [TENANT, order.client_reference, paymentId]],
      [
        'payment',
        'insert into payment (tenant_id,id,status,amount_minor,card,created_at,updated_at) values ($1,$2,$3,$4,$5,$6,$6)',
        [TENANT, paymentId, 'processing', amount, display, now],
      ],
      [
        'attempt',
        `insert into attempt (tenant_id,id,payment_id,status,amount_minor,sad,account,due_at) values ($1,$2,$3,'created',$4,$5,$6,$7)`,
        [TENANT, attemptId, paymentId, amount, sealed.sad, sealed.account, now],
      ],
      [
        'event',
        'insert into event values ($1,$2,$3,$4,$5,$6)',
        [TENANT, newId(now), paymentId, 'payment.created', 1, snapshot(amount)],
      ],
      ['delivery', 'insert into delivery values ($1,$2,$3)', [TENANT, newId(now), now]],
    ]);
  }

  /** Commit 3: nobody else works on it. */
  async #claim({ attemptId }: Work): Promise<void> {
    const text = `update attempt set status = 'sending' where tenant_id = $1 and id = $2 and status = 'created' returning sad, account`;
    await this.#pool.query({ name: 'claim', text, values: [TENANT, attemptId] });
  }

  /** Commits 4 and 5: journal before the first byte, answer before it is told. */
  async #send({
    order,
    attemptId,
    sealed,
  }: Work): Promise<{ approvalCode: string; network: string; issuerMs: number }> {
    const stan = this.#line.nextStan();
    const times = wireTimes(new Date());
    const reference = rrn({ localTime: times.local, node: 99, stan });
    await this.#pool.query({
      name: 'journal',
      text: 'insert into journal values ($1,$2,$3,$4,$5,$6,$7,$8)',
      values: [
        TENANT,
        attemptId,
        'bare',
        stan,
        reference,
        times.local,
        'sending',
        JSON.stringify({ amount: order.money.amount }),
      ],
    });
    const [pan] = unseal(KEYS.account, 'account', sealed.account).split('=');
    const track2 = unseal(KEYS.sad, 'sad', sealed.sad);
    const askedMs = performance.now();
    const answer = await this.#line.ask(stan, this.#message(order, { stan, reference, track2, times }));
    const issuerMs = performance.now() - askedMs;
    if (pan === undefined || answer.text(39) !== '000') throw new Error(`issuer said ${answer.text(39)}`);
    const approvalCode = answer.text(38) ?? '';
    await this.#pool.query({
      name: 'answer',
      text: `update journal set state = 'approved', answer = $3 where tenant_id = $1 and attempt_id = $2 and state = 'sending'`,
      values: [TENANT, attemptId, JSON.stringify({ actionCode: '000', approvalCode })],
    });
    return {
      approvalCode,
      network: JSON.stringify({ link: 'bare', rrn: reference, stan, localTime: times.local }),
      issuerMs,
    };
  }

  #message(
    order: Order,
    wire: { stan: string; reference: string; track2: string; times: { transmission: string; local: string } },
  ): IsoMessage {
    const { acquirerId, forwardingId } = this.options.issuer;
    return new IsoMessage('1200', {
      3: '003000',
      4: String(order.money.amount).padStart(12, '0'),
      7: wire.times.transmission,
      11: wire.stan,
      12: wire.times.local,
      22: 'A10101711340',
      24: '200',
      26: '5411',
      32: acquirerId,
      33: forwardingId,
      35: wire.track2,
      37: wire.reference,
      41: 'TSN00001',
      42: 'M00000000000001',
      48: 'JP010071000000',
      49: '392',
      59: order.client_reference,
    });
  }

  /** Commit 6: attempt, payment, postings, event, webhook row. */
  async #conclude(work: Work, answer: { approvalCode: string; network: string; issuerMs: number }): Promise<string> {
    const { attemptId, paymentId, order } = work;
    const now = new Date();
    const amount = order.money.amount;
    await this.#transaction([
      ['lock', 'select * from payment where tenant_id = $1 and id = $2 for update', [TENANT, paymentId]],
      [
        'attempt-end',
        `update attempt set status = 'approved', approval_code = $3, network = $4, sad = null, account = null, due_at = null
         where tenant_id = $1 and id = $2 and status = 'sending'`,
        [TENANT, attemptId, answer.approvalCode, answer.network],
      ],
      [
        'payment-end',
        `update payment set status = 'captured', captured_minor = $3, sequence = 2, updated_at = $4
         where tenant_id = $1 and id = $2 and status = 'processing'`,
        [TENANT, paymentId, amount, now],
      ],
      [
        'postings',
        `insert into posting values ($1,$2,'issuer_receivable','debit',$3), ($1,$2,'merchant_payable','credit',$3)`,
        [TENANT, attemptId, amount],
      ],
      [
        'event',
        'insert into event values ($1,$2,$3,$4,$5,$6)',
        [TENANT, newId(now), paymentId, 'payment.captured', 2, snapshot(amount)],
      ],
      ['delivery', 'insert into delivery values ($1,$2,$3)', [TENANT, newId(now), now]],
    ]);
    return JSON.stringify({
      id: paymentId,
      status: 'captured',
      approval_code: answer.approvalCode,
      issuer_ms: answer.issuerMs,
    });
  }

  /** Pipelined like the gateway's: begin, statements and commit share their round trips. */
  async #transaction(statements: readonly (readonly [string, string, unknown[]])[]): Promise<void> {
    const client = await this.#pool.connect();
    try {
      const sent = [
        client.query('begin'),
        ...statements.map(([name, text, values]) => client.query({ name, text, values })),
      ];
      const commit = client.query('commit');
      await Promise.all(sent);
      if ((await commit).command !== 'COMMIT') throw new Error('rolled back');
    } finally {
      client.release();
    }
  }
}

/** About the size of the snapshot that an event of the gateway carries. */
function snapshot(amount: number): string {
  return JSON.stringify({ object: 'payment', money: { amount, currency: 'JPY' }, text: 'x'.repeat(1600) });
}
