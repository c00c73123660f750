import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CardEntity } from './card.entity.js';

/** A change of a token until its merchant was told, and after that for his questions. */
@Entity({ schema: 'vault', name: 'token_change' })
@ForeignKey(() => CardEntity, ['tenantId', 'tokenId'], ['tenantId', 'tokenId'], {
  name: 'token_change_card',
  onDelete: 'CASCADE',
})
@Index('token_change_untold', ['id'], { where: 'told_at IS NULL' })
@Check('token_change_kind', `kind IN ('created', 'updated', 'revoked', 'network_updated')`)
@Check('token_change_previous', 'length(previous) <= 500')
export class TokenChangeEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'token_change_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'token_change_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'token_id' }) tokenId!: string;
  @Column({ type: 'text' }) kind!: string;
  @Column({ type: 'text', nullable: true }) previous!: string | null;
  @Column({ type: 'text', name: 'request_id' }) requestId!: string;
  @Column({ type: 'timestamptz' }) at!: Date;
  @Column({ type: 'timestamptz', nullable: true, name: 'told_at' }) toldAt!: Date | null;
}
