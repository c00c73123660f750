import { AppError, newId, type ErrorCategory } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import type {
  Accepted,
  AttemptAnswer,
  MerchantTerminal,
  PaymentFilter,
  PaymentOrder,
  PaymentView,
  PlanQuote,
  PlanQuoteOrder,
  RefundView,
  SignedPicture,
  TerminalRuleBook,
} from '@tsunagu/payments';

/** A refusal with a public code, as a feature would throw it. */
export class FakeRefusal extends AppError {
  constructor(
    readonly code: string,
    readonly category: ErrorCategory,
    facts: Record<string, string> = {},
  ) {
    super('refused', facts);
  }
}

export const AT = new Date('2026-11-22T03:04:05.678Z');

/** A captured sale of 1,500 yen. */
export function aPayment(change: Partial<PaymentView> = {}): PaymentView {
  return {
    id: newId(AT),
    tenantId: newId(AT),
    storeId: newId(AT),
    terminalId: newId(AT),
    clientReference: 'order-1',
    kind: 'sale',
    method: 'credit',
    status: 'captured',
    reason: null,
    final: true,
    customerCharged: 'yes',
    amountMinor: 1500,
    currency: 'JPY',
    authorizedMinor: 1500,
    capturedMinor: 1500,
    refundedMinor: 0,
    refundPendingMinor: 0,
    tokenId: newId(AT),
    card: {
      brand: 'jcb',
      bin6: '353011',
      last4: '0000',
      expMonth: 12,
      expYear: 2030,
      funding: 'credit',
      country: 'JP',
      issuerName: null,
    },
    entryMode: 'chip',
    presentment: null,
    action: null,
    dcc: null,
    approvalSource: 'issuer',
    expiresAt: null,
    plan: null,
    slipNo: null,
    clerk: null,
    metadata: {},
    approvalCode: '012345',
    actionCode: '000',
    emvResponse: null,
    cancelRequested: false,
    sequence: 2,
    businessDate: '2026-11-22',
    allowedActions: ['refund'],
    pendingUnknown: [],
    attempts: [],
    refunds: [],
    nextCheckAt: null,
    createdAt: AT,
    updatedAt: AT,
    ...change,
  };
}

/** Ports of the payments feature in memory: what a test puts in comes out, for the tenant it belongs to. */
export class FakePayments {
  readonly rows: PaymentView[] = [];
  readonly orders: PaymentOrder[] = [];
  readonly pictures = new Map<string, Uint8Array>();
  terminals: MerchantTerminal[] = [];
  /** Thrown by the next call of any kind. */
  refusal: Error | undefined;
  /** Change that a wait brings. */
  next: Partial<PaymentView> = {};
  private readonly byKey = new Map<string, { fingerprint: string; id: string }>();

  accept(ctx: TenantContext, order: PaymentOrder): Promise<Accepted> {
    this.refuse();
    this.orders.push(order);
    const scope = `${ctx.tenantId} ${order.idempotency.key}`;
    const known = this.byKey.get(scope);
    if (known !== undefined) {
      if (known.fingerprint !== order.idempotency.fingerprint)
        throw new FakeRefusal('idempotency_key_reused', 'unprocessable');
      return Promise.resolve({ resource: this.must(ctx, known.id), replayed: true });
    }
    if (!this.terminals.some(({ id }) => id === order.terminalId))
      throw new FakeRefusal('resource_missing', 'not_found');
    const view = aPayment({
      tenantId: ctx.tenantId,
      terminalId: order.terminalId,
      clientReference: order.clientReference,
      amountMinor: order.amountMinor,
      status: 'processing',
      final: false,
      customerCharged: 'unknown',
    });
    this.rows.push(view);
    this.byKey.set(scope, { fingerprint: order.idempotency.fingerprint, id: view.id });
    return Promise.resolve({ resource: view, replayed: false });
  }

  capture(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { status: 'captured' });
  }

  increase(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { authorizedMinor: 2000 });
  }

  /** 電話承認 of a declined payment. */
  post(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { approvalSource: 'voice' });
  }

  continue(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { status: 'captured' });
  }

  /** The last signature is kept; a second one is a repeat. */
  async sign(ctx: TenantContext, id: string, { png, sha256 }: SignedPicture): Promise<Accepted> {
    const replayed = this.pictures.has(id);
    this.pictures.set(id, png);
    return { ...(await this.move(ctx, id, { signature: { receivedAt: AT, sha256 } })), replayed };
  }

  picture(_ctx: TenantContext, id: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.pictures.get(id));
  }

  /** Rules of a terminal. */
  async of(ctx: TenantContext, id: string): Promise<TerminalRuleBook> {
    const terminal = await this.terminal(ctx, id);
    if (terminal === undefined) throw new FakeRefusal('resource_missing', 'not_found');
    const place = { contract: 'standard', reader: 'pin_pad', date: '2026-11-22' } as const;
    const row = { id: 'chip-fields-any', contracts: ['standard'], source: '§6.5', mark: 'design' } as const;
    const chipFields = { ...row, required: [], lengthBytesMax: 1_024, fallbackReason: 'wanted' } as const;
    return { terminal, place, version: '2025-04-01', taps: [], chips: [], chipFields };
  }

  release(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { status: 'captured' });
  }

  cancel(ctx: TenantContext, id: string): Promise<Accepted> {
    return this.move(ctx, id, { status: 'voided', final: true, customerCharged: 'no' });
  }

  async refund(ctx: TenantContext, id: string): Promise<Accepted<{ payment: PaymentView; refund: RefundView }>> {
    const refund: RefundView = {
      id: newId(AT), paymentId: id, kind: 'henpin', status: 'processing', amountMinor: 500, currency: 'JPY', attemptId: newId(AT), createdAt: AT,
    }; // prettier-ignore
    const { resource } = await this.move(ctx, id, { refunds: [refund] });
    return { resource: { payment: resource, refund }, replayed: false };
  }

  ensureCancelled(_ctx: TenantContext, clientReference: string): Promise<AttemptAnswer> {
    this.refuse();
    return Promise.resolve({ ...this.neverSeen(clientReference), status: 'burned' });
  }

  find(ctx: TenantContext, id: string): Promise<PaymentView | undefined> {
    this.refuse();
    return Promise.resolve(this.rows.find((row) => row.id === id && row.tenantId === ctx.tenantId));
  }

  list(
    ctx: TenantContext,
    _filter: PaymentFilter,
    page: { limit: number; beforeId?: string; afterId?: string },
  ): Promise<{ data: PaymentView[]; hasMore: boolean }> {
    this.refuse();
    const own = this.rows.filter(({ tenantId }) => tenantId === ctx.tenantId).reverse();
    const edge = own.findIndex(({ id }) => id === (page.beforeId ?? page.afterId));
    if (page.afterId !== undefined) {
      const from = Math.max(0, edge - page.limit);
      return Promise.resolve({ data: own.slice(from, edge), hasMore: from > 0 });
    }
    const data = own.slice(edge + 1, edge + 1 + page.limit);
    return Promise.resolve({ data, hasMore: edge + 1 + page.limit < own.length });
  }

  count(): Promise<number> {
    return Promise.resolve(this.rows.length);
  }

  attempt(_ctx: TenantContext, clientReference: string): Promise<AttemptAnswer> {
    this.refuse();
    return Promise.resolve(this.neverSeen(clientReference));
  }

  openPayments(ctx: TenantContext, terminalId: string): Promise<{ data: PaymentView[]; hasMore: boolean }> {
    const isOpen = (row: PaymentView) => row.terminalId === terminalId && !row.final;
    return Promise.resolve({
      data: this.rows.filter((row) => row.tenantId === ctx.tenantId && isOpen(row)),
      hasMore: false,
    });
  }

  async waitFor(ctx: TenantContext, id: string): Promise<PaymentView | undefined> {
    const found = await this.find(ctx, id);
    return found === undefined ? undefined : this.change(found, this.next);
  }

  terminal(_ctx: TenantContext, terminalId: string): Promise<MerchantTerminal | undefined> {
    return Promise.resolve(this.terminals.find(({ id }) => id === terminalId));
  }

  quote(_ctx: TenantContext, { terminalId }: PlanQuoteOrder): Promise<PlanQuote> {
    this.refuse();
    if (!this.terminals.some(({ id }) => id === terminalId)) throw new FakeRefusal('resource_missing', 'not_found');
    return Promise.resolve({ date: '2026-11-22', plans: [] });
  }

  private move(ctx: TenantContext, id: string, change: Partial<PaymentView>): Promise<Accepted> {
    this.refuse();
    return Promise.resolve({ resource: this.change(this.must(ctx, id), change), replayed: false });
  }

  private change(row: PaymentView, change: Partial<PaymentView>): PaymentView {
    const changed = { ...row, ...change };
    this.rows[this.rows.indexOf(row)] = changed;
    return changed;
  }

  private must(ctx: TenantContext, id: string): PaymentView {
    const row = this.rows.find((each) => each.id === id && each.tenantId === ctx.tenantId);
    if (row === undefined) throw new FakeRefusal('resource_missing', 'not_found');
    return row;
  }

  private neverSeen(clientReference: string): AttemptAnswer {
    return {
      clientReference,
      status: 'never_seen',
      final: false,
      customerCharged: 'unknown',
      allowedActions: [],
      nextCheckAt: null,
      payment: null,
    };
  }

  private refuse(): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) throw refusal;
  }
}
