import { Injectable } from '@nestjs/common';
import { businessDate } from '@tsunagu/kernel';
import type { CardBrand, TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, TerminalRules, type TerminalRuleBook } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import { PaymentOrigin } from '../payment-ports.js';
import { chipFieldRow, chipRow, tableOf, tapRow } from './judge-presentment.js';
import { placeOf } from './show-card.js';

const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'];

/** Reads for a till, at its start, what the tables will hold it to. */
@Injectable()
export class TerminalRulesService extends TerminalRules {
  constructor(
    private readonly directory: MerchantDirectory,
    private readonly origin: PaymentOrigin,
  ) {
    super();
  }

  override async of(ctx: TenantContext, terminalId: string): Promise<TerminalRuleBook> {
    const terminal = await this.directory.terminal(ctx, terminalId);
    if (terminal === undefined) throw new PaymentError('resource_missing');
    const date = businessDate(this.origin.clock.now(), terminal.cutOffMinutes);
    const place = placeOf(terminal, date);
    return {
      terminal,
      place,
      version: tableOf(date).version,
      taps: BRANDS.map((brand) => ({ brand, row: tapRow(place, brand) })),
      chips: ['JP', 'ZZ'].map((country) => chipRow(place, country)),
      chipFields: chipFieldRow(place),
    };
  }
}
