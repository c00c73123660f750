import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { CustodianEntity } from './custodian.entity.js';
import { KeyRecordEntity } from './key-record.entity.js';

/** A key that is being brought in by two people. */
@Entity({ schema: 'vault', name: 'key_ceremony' })
@ForeignKey(() => CustodianEntity, ['begunBy'], ['name'], { name: 'key_ceremony_begun_by' })
@ForeignKey(() => KeyRecordEntity, ['sealedBy'], ['id'], { name: 'key_ceremony_sealed_by' })
@Check('key_ceremony_state', `state IN ('open', 'done')`)
export class KeyCeremonyEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'key_ceremony_pkey' }) id!: string;
  @Column({ type: 'text', name: 'key_id' }) keyId!: string;
  @Column({ type: 'text' }) purpose!: string;
  @Column({ type: 'char', length: 2 }) usage!: string;
  @Column({ type: 'text' }) algorithm!: string;
  @Column({ type: 'uuid', name: 'tenant_id', nullable: true }) tenantId!: string | null;
  @Column({ type: 'text' }) zone!: string;
  @Column({ type: 'text', name: 'sealed_by' }) sealedBy!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text', name: 'begun_by' }) begunBy!: string;
  @Column({ type: 'timestamptz', name: 'begun_at' }) begunAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt!: Date;
}
