import { Injectable } from '@nestjs/common';
import { Centre, sql, type Tx } from '@tsunagu/platform';
import { CeremonyInputError } from '../ceremony/ceremony-errors.js';

const NAME = /^[a-z][a-z0-9-]{1,39}$/;

const JOIN = sql(
  'vault_group_join',
  `insert into vault.token_group_member (tenant_id, group_name, order_id, joined_at) values ($1, $2, $3, $4)
   on conflict (tenant_id) do update set group_name = excluded.group_name, order_id = excluded.order_id, joined_at = excluded.joined_at`,
);
const LEAVE = sql('vault_group_leave', 'delete from vault.token_group_member where tenant_id = $1');
const MEMBERS = sql(
  'vault_group_members',
  'select tenant_id from vault.token_group_member where group_name = $1 order by joined_at',
);

/** Contract groups: their members may use each other's multi-use tokens. Data, changed by two custodians only. */
@Injectable()
export class TokenGroups {
  constructor(private readonly centre: Centre) {}

  /** @throws CeremonyInputError no such name can be */
  static check(name: string | null): string {
    if (name === null || !NAME.test(name))
      throw new CeremonyInputError('a group is lower-case letters, digits and dashes');
    return name;
  }

  join(tx: Tx, member: { tenantId: string; group: string; orderId: string; at: Date }): void {
    tx.send(JOIN, [member.tenantId, member.group, member.orderId, member.at]);
  }

  leave(tx: Tx, tenantId: string): void {
    tx.send(LEAVE, [tenantId]);
  }

  async members(group: string): Promise<string[]> {
    return (await this.centre.query<{ tenant_id: string }>(MEMBERS, [group])).map(({ tenant_id: id }) => id);
  }
}
