import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Claims of key serial numbers: one purchase each. */
@Entity({ schema: 'vault', name: 'ksn_use' })
@Check('ksn_use_fingerprint', 'length(cipher_fingerprint) = 32')
@Check('ksn_use_intent', 'length(intent) BETWEEN 1 AND 255')
export class KsnUseEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'ksn_use_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'text', name: 'initial_key_id', primaryKeyConstraintName: 'ksn_use_pkey' })
  initialKeyId!: string;
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'ksn_use_pkey' }) counter!: string;
  @Column({ type: 'bytea', name: 'cipher_fingerprint' }) cipherFingerprint!: Buffer;
  @Column({ type: 'text' }) intent!: string;
  @Column({ type: 'timestamptz', name: 'used_at' }) usedAt!: Date;
}
