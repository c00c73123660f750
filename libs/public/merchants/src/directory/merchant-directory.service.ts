import { Injectable } from '@nestjs/common';
import { LANES, type Lane, type TenantContext } from '@tsunagu/contracts';
import { isCurrency, type CurrencyCode } from '@tsunagu/kernel';
import { sql, Transactions } from '@tsunagu/platform';

const FIND = sql(
  'directory_terminal',
  `select t.id, t.store_id, t.is_blocked, t.wire_terminal, s.wire_merchant, s.mcc, s.name, s.cut_off_minutes, s.methods, s.plan_contract, s.dcc_currencies, s.verification_contract, t.reader, s.phone
     from gateway.terminal t join gateway.store s on s.tenant_id = t.tenant_id and s.id = t.store_id
    where t.tenant_id = $1 and t.id = $2
      and ($3::uuid is null or t.store_id = $3) and ($4::uuid is null or t.id = $4)`,
);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface TerminalRow {
  readonly id: string;
  readonly store_id: string;
  readonly is_blocked: boolean;
  readonly wire_terminal: string;
  readonly wire_merchant: string;
  readonly mcc: string;
  readonly name: string;
  readonly cut_off_minutes: number;
  readonly methods: readonly string[];
  readonly plan_contract: string;
  readonly dcc_currencies: readonly string[];
  readonly verification_contract: string;
  readonly reader: 'pin_pad' | 'no_pin_pad';
  readonly phone: string | null;
}

/** A terminal with what its store has agreed, as payments need it. */
export interface TerminalEntry {
  readonly id: string;
  readonly storeId: string;
  readonly blocked: boolean;
  /** Card acceptor terminal, 8 characters. */
  readonly wireTerminal: string;
  /** Card acceptor, 15 characters. */
  readonly wireMerchant: string;
  readonly mcc: string;
  readonly storeName: string;
  /** As slips show it; null: they show none. */
  readonly storePhone: string | null;
  /** Minutes after midnight JST at which the business day ends. */
  readonly cutOffMinutes: number;
  readonly methods: readonly Lane[];
  /** Contract on payment plans, a name of the plan table. */
  readonly planContract: string;
  /** Currencies in which its holders may pay (DCC). */
  readonly dccCurrencies: readonly CurrencyCode[];
  /** Contract on how holders are verified, a name of the presentment table. */
  readonly verificationContract: string;
  /** What the reader can do for the holder. */
  readonly reader: 'pin_pad' | 'no_pin_pad';
}

/** Stores and terminals as other features see them; the app binds it to their port `MerchantDirectory`. */
@Injectable()
export class MerchantDirectoryService {
  constructor(private readonly transactions: Transactions) {}

  /** Undefined when absent, of another tenant, or outside the context's node: nobody can tell which. */
  async terminal(ctx: TenantContext, terminalId: string): Promise<TerminalEntry | undefined> {
    if (!UUID.test(terminalId)) return undefined;
    const node = [ctx.storeId ?? null, ctx.terminalId ?? null];
    const [row] = await this.transactions.ask<TerminalRow>(ctx, FIND, [ctx.tenantId, terminalId, ...node]);
    return row === undefined ? undefined : entryOf(row);
  }
}

function entryOf(row: TerminalRow): TerminalEntry {
  return {
    id: row.id,
    storeId: row.store_id,
    blocked: row.is_blocked,
    wireTerminal: row.wire_terminal,
    wireMerchant: row.wire_merchant,
    mcc: row.mcc,
    storeName: row.name,
    storePhone: row.phone,
    cutOffMinutes: row.cut_off_minutes,
    methods: LANES.filter((lane) => row.methods.includes(lane)),
    planContract: row.plan_contract,
    dccCurrencies: row.dcc_currencies.filter(isCurrency),
    verificationContract: row.verification_contract,
    reader: row.reader,
  };
}
