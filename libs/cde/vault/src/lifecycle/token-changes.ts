import { Injectable } from '@nestjs/common';
import type { TokenChange } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { Centre, Transactions, sql } from '@tsunagu/platform';
import { TokenRepository } from './token.repository.js';

const DUE = sql('vault_token_changes_due', 'select tenant_id as "tenantId", id from vault.token_changes_due($1)');
const READ = sql(
  'vault_token_change',
  `select id, token_id, kind, previous, request_id, at from vault.token_change where tenant_id = $1 and id = $2 and told_at is null`,
);
const TOLD = sql(
  'vault_token_told',
  'update vault.token_change set told_at = $3 where tenant_id = $1 and id = any ($2::uuid[]) and told_at is null',
);

interface ChangeRow {
  readonly id: string;
  readonly token_id: string;
  readonly kind: TokenChange['kind'];
  readonly previous: string | null;
  readonly request_id: string;
  readonly at: Date;
}

/**
 * Changes of tokens that their merchants have not heard of. The public zone takes them, writes an event under the id of the change
 * and confirms: lost answers and two readers at once lead to repeats, never to a second event or to none.
 */
@Injectable()
export class TokenChanges {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
    private readonly clock: Clock,
  ) {}

  /** Oldest first. */
  async untold(limit: number): Promise<TokenChange[]> {
    const due = await this.centre.query<{ tenantId: string; id: string }>(DUE, [limit]);
    const changes: TokenChange[] = [];
    for (const { tenantId, id } of due) {
      const change = await this.#read(tenantId, id);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  /** @param changes of any tenants */
  async told(changes: readonly { tenantId: string; id: string }[]): Promise<void> {
    for (const tenantId of new Set(changes.map((change) => change.tenantId))) {
      const ids = changes.filter((change) => change.tenantId === tenantId).map(({ id }) => id);
      await this.transactions.ask({ tenantId }, TOLD, [tenantId, ids, this.clock.now()]);
    }
  }

  #read(tenantId: string, id: string): Promise<TokenChange | undefined> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const [row] = await tx.query<ChangeRow>(READ, [tenantId, id]);
      const token = row === undefined ? undefined : await this.tokens.read(tx, row.token_id);
      if (row === undefined || token === undefined) return undefined; // told or erased meanwhile
      const previous = row.previous === null ? null : (JSON.parse(row.previous) as TokenChange['previous']);
      const { kind, request_id: requestId, at } = row;
      return { tenantId, id, kind, at: at.toISOString(), requestId, previous, token };
    });
  }
}
