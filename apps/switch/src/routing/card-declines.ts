import { sql, type Transactions } from '@tsunagu/platform';

const DECLINES = sql(
  'card_declines',
  `select action_code, declined_at from switch.card_decline
    where tenant_id = $1 and card_token = $2 and declined_at > $3 order by declined_at desc limit 100`,
);

/** What issuers said no to, by card: written by the database in the transaction that journals the answer. */
export class CardDeclines {
  constructor(private readonly transactions: Transactions) {}

  async since(
    tenantId: string,
    cardToken: string,
    since: Date,
  ): Promise<readonly { readonly actionCode: string; readonly at: Date }[]> {
    interface Row {
      readonly action_code: string;
      readonly declined_at: Date;
    }
    const rows = await this.transactions.ask<Row>({ tenantId }, DECLINES, [tenantId, cardToken, since]);
    return rows.map((row) => ({ actionCode: row.action_code, at: row.declined_at }));
  }
}
