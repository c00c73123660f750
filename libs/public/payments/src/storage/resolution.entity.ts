import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How two people end an attempt in doubt. */
@Entity({
  schema: 'gateway',
  name: 'resolution',
  comment: 'How two people end an attempt in doubt: ordered by one, approved by another, carried out by a worker',
})
@Check('resolution_verdict', `verdict IN ('approved', 'declined', 'reversed', 'written_off')`)
@Check('resolution_reason_said', 'length(reason) >= 10')
@Check('resolution_two_people', 'approved_by <> ordered_by')
@Check('resolution_outcome', `outcome IN ('done', 'overtaken')`)
@Check('resolution_approved_before_end', '(outcome IS NULL) OR (approved_by IS NOT NULL)')
@Index('resolution_approved', ['approvedAt'], { where: '(approved_at IS NOT NULL) AND (outcome IS NULL)' })
export class ResolutionEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'resolution_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'attempt_id', primaryKeyConstraintName: 'resolution_pkey' }) attemptId!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'varchar', length: 16 }) verdict!: string;
  @Column({ type: 'varchar', length: 500 }) reason!: string;
  @Column({ type: 'varchar', length: 80, name: 'ordered_by' }) orderedBy!: string;
  @Column({ type: 'timestamptz', name: 'ordered_at' }) orderedAt!: Date;
  @Column({ type: 'varchar', length: 80, name: 'approved_by', nullable: true }) approvedBy!: string | null;
  @Column({ type: 'timestamptz', name: 'approved_at', nullable: true }) approvedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'taken_until', nullable: true }) takenUntil!: Date | null;
  @Column({ type: 'varchar', length: 16, nullable: true }) outcome!: string | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt!: Date | null;
}
