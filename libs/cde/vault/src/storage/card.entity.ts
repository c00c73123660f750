import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { TenantDataKeyEntity } from './tenant-data-key.entity.js';

/** A token and its sealed card number; found again by a keyed fingerprint. */
@Entity({ schema: 'vault', name: 'card' })
@ForeignKey(() => TenantDataKeyEntity, ['tenantId', 'dekId'], ['tenantId', 'id'], { name: 'card_dek' })
@Check('card_expiry', `expiry ~ '^[0-9]{2}(0[1-9]|1[0-2])$'`)
@Unique('card_fingerprint', ['tenantId', 'fingerprint'])
@Check('card_fingerprint_length', 'length(fingerprint) = 32')
@Check('card_pan_cipher_length', 'length(pan_cipher) BETWEEN 40 AND 47')
@Check('card_state', `state IN ('active', 'revoked')`)
export class CardEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'card_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'token_id', primaryKeyConstraintName: 'card_pkey' }) tokenId!: string;
  @Column({ type: 'bytea' }) fingerprint!: Buffer;
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
}
