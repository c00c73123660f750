import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TenantDataKeyEntity } from './tenant-data-key.entity.js';

/** A token and its sealed card number; found again by a keyed fingerprint. */
@Entity({ schema: 'vault', name: 'card' })
@ForeignKey(() => TenantDataKeyEntity, ['tenantId', 'dekId'], ['tenantId', 'id'], { name: 'card_dek' })
@Check('card_expiry', `expiry ~ '^[0-9]{2}(0[1-9]|1[0-2])$'`)
@Index('card_fingerprint', ['tenantId', 'fingerprint', 'tokenId', 'expiry'], {
  unique: true,
  where: `state = 'active' and uses = 'multi'`,
})
@Index('card_single', ['tenantId', 'madeFor'], { unique: true, where: `uses = 'single'` })
@Index('card_by_index_version', ['indexVersion'])
@Index('card_by_data_key', ['tenantId', 'dekId'])
@Check('card_par', `par ~ '^[0-9A-Z]{29}$'`)
@Check('card_uses', `uses IN ('multi', 'single')`)
@Check('card_spent_intent', 'length(spent_intent) BETWEEN 1 AND 255')
@Check('card_made_for', 'length(made_for) BETWEEN 1 AND 255')
@Check('card_is_single', `(uses = 'single') = (made_for IS NOT NULL)`)
@Check('card_is_revoked', `(state = 'revoked') = (revoked_at IS NOT NULL)`)
@Check('card_is_spent', `(spent_at IS NULL) = (spent_intent IS NULL) AND (spent_at IS NULL OR uses = 'single')`)
@Check('card_fingerprint_length', 'length(fingerprint) = 32')
@Check('card_pan_cipher_length', 'length(pan_cipher) BETWEEN 40 AND 47')
@Check('card_state', `state IN ('active', 'revoked')`)
export class CardEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'card_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'token_id', primaryKeyConstraintName: 'card_pkey' }) tokenId!: string;
  @Column({ type: 'bytea' }) fingerprint!: Buffer;
  /** Version of the key of the fingerprint. */
  @Column({ type: 'smallint', name: 'index_version', default: 1 }) indexVersion!: number;
  @Column({ type: 'bytea', name: 'pan_cipher' }) panCipher!: Buffer;
  @Column({ type: 'uuid', name: 'dek_id' }) dekId!: string;
  @Column({ type: 'smallint' }) version!: number;
  @Column({ type: 'char', length: 4, nullable: true }) expiry!: string | null;
  @Column({ type: 'char', length: 2, nullable: true }) psn!: string | null;
  @Column({ type: 'char', length: 6 }) bin6!: string;
  @Column({ type: 'char', length: 4 }) last4!: string;
  @Column({ type: 'text' }) brand!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'text', default: 'multi' }) uses!: string;
  @Column({ type: 'text', nullable: true }) par!: string | null;
  /** Purchase or line that brought a single-use token. */
  @Column({ type: 'text', nullable: true, name: 'made_for' }) madeFor!: string | null;
  /** Purchase that a single-use token served. */
  @Column({ type: 'text', nullable: true, name: 'spent_intent' }) spentIntent!: string | null;
  @Column({ type: 'timestamptz', nullable: true, name: 'spent_at' }) spentAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true, name: 'revoked_at' }) revokedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true, name: 'updated_at' }) updatedAt!: Date | null;
}
