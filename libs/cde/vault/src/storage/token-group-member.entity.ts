import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TenantOrderEntity } from './tenant-order.entity.js';

/** Tenants whose contract lets them use each other's tokens. */
@Entity({ schema: 'vault', name: 'token_group_member' })
@ForeignKey(() => TenantOrderEntity, ['orderId'], ['id'], { name: 'token_group_member_order' })
@Index('token_group_member_by_group', ['groupName'])
@Check('token_group_member_name', `group_name ~ '^[a-z][a-z0-9-]{1,39}$'`)
export class TokenGroupMemberEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'token_group_member_pkey' })
  tenantId!: string;
  @Column({ type: 'text', name: 'group_name' }) groupName!: string;
  @Column({ type: 'uuid', name: 'order_id' }) orderId!: string;
  @Column({ type: 'timestamptz', name: 'joined_at' }) joinedAt!: Date;
}
