import { HqOffice } from '../hq/hq-office.js';
import type { SandboxFile } from '../till/sandbox-file.js';

/** What happened on the line of the merchant's payment server, as a row of the table. */
export interface HqLineRow {
  readonly name: string;
  readonly amount: string;
  readonly status: string;
  readonly charged: string;
  readonly note: string;
  readonly trouble?: string;
}

const AMOUNT_MINOR = 2_500;
const SALE = 'payment server (ISO 8583): sale';
const TOTALS = 'payment server: reconciliation';

/** A sale by a merchant's own payment server, and the exchange of counters after it. */
export async function playHq(sandbox: SandboxFile): Promise<HqLineRow[]> {
  const office = new HqOffice(sandbox);
  try {
    const card = office.read({ card: 'visa', entry: 'chip', amountMinor: AMOUNT_MINOR });
    const sale = await office.server.charge({ lane: office.lane(), amountMinor: AMOUNT_MINOR, card });
    const isYes = sale.actionCode === '000';
    const amount = `¥${AMOUNT_MINOR.toLocaleString('en')}`;
    const sold = { name: SALE, amount, status: `1210 ${sale.actionCode}`, charged: isYes ? 'yes' : 'no' };
    const date = sale.answer.text(15) ?? '';
    const actionCode = (await office.server.reconcile(date)).text(39) ?? '';
    return [
      { ...sold, note: sale.approvalCode ?? '', trouble: isYes ? undefined : 'the sale must be approved' },
      {
        name: TOTALS,
        amount: '-',
        status: `1530 ${actionCode}`,
        charged: '-',
        note: 'both sides count the same',
        trouble: actionCode === '500' ? undefined : 'the counters must agree',
      },
    ];
  } catch (error) {
    const trouble = (error as Error).message;
    return [{ name: SALE, amount: '-', status: '-', charged: '-', note: '', trouble }];
  } finally {
    office.server.hangUp();
  }
}
