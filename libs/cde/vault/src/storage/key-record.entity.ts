import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** The inventory of keys: what each is, where it is and until when it serves. */
@Entity({ schema: 'vault', name: 'key_record' })
@Check('key_record_id', `id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$'`)
@Check('key_record_kcv', `kcv ~ '^[0-9A-F]{6,10}$'`)
@Unique('key_record_of_version', ['purpose', 'tenantId', 'zone', 'version'])
@Check('key_record_origin', `origin IN ('generated', 'components', 'key_block', 'system')`)
@Check(
  'key_record_purpose',
  `purpose IN ('bdk', 'pan-kek', 'tenant-kek', 'pan-index', 'zone-pin', 'link-pin', 'link-mac', 'transport', 'exchange', 'envelope', 'audit', 'certificate', 'ceremony')`,
)
@Check('key_record_state', `state IN ('pending', 'active', 'decrypt-only', 'retired', 'destroyed')`)
@Check('key_record_version', 'version > 0')
@Check('key_record_zone', 'length(zone) <= 60')
@Index('key_record_due', ['destroyAt'], { where: `(state <> 'destroyed') AND (destroy_at IS NOT NULL)` })
@Index('key_record_one_active', ['purpose', 'tenantId', 'zone'], { unique: true, where: `state = 'active'` })
export class KeyRecordEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'key_record_pkey' }) id!: string;
  @Column({ type: 'text' }) purpose!: string;
  @Column({ type: 'char', length: 2 }) usage!: string;
  @Column({ type: 'text' }) algorithm!: string;
  @Column({ type: 'text' }) kcv!: string;
  @Column({ type: 'int' }) version!: number;
  @Column({ type: 'uuid', name: 'tenant_id', nullable: true }) tenantId!: string | null;
  @Column({ type: 'text' }) zone!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text' }) origin!: string;
  @Column({ type: 'text', name: 'created_by' }) createdBy!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'valid_from', nullable: true }) validFrom!: Date | null;
  @Column({ type: 'timestamptz', name: 'valid_until', nullable: true }) validUntil!: Date | null;
  @Column({ type: 'timestamptz', name: 'destroy_at', nullable: true }) destroyAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'changed_at' }) changedAt!: Date;
  @Column({ type: 'text' }) provider!: string;
}
