import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { CardEntity } from './card.entity.js';

/** Reference of a token that a card network issued for the account of ours. */
@Entity({ schema: 'vault', name: 'network_token' })
@ForeignKey(() => CardEntity, ['tenantId', 'tokenId'], ['tenantId', 'tokenId'], {
  name: 'network_token_card',
  onDelete: 'CASCADE',
})
@Check('network_token_network', `network IN ('jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay')`)
@Check('network_token_reference', `reference ~ '^[A-Za-z0-9_-]{1,64}$'`)
@Check('network_token_last4', `last4 ~ '^[0-9]{4}$'`)
@Check('network_token_state', `state IN ('active', 'suspended', 'deleted')`)
export class NetworkTokenEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'network_token_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'token_id', primaryKeyConstraintName: 'network_token_pkey' }) tokenId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'network_token_pkey' }) network!: string;
  @Column({ type: 'text' }) reference!: string;
  @Column({ type: 'char', length: 4, nullable: true }) last4!: string | null;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'timestamptz', name: 'changed_at' }) changedAt!: Date;
}
