import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Messages that are owed to a link until they are acknowledged: reversals and advices. */
@Entity({ schema: 'switch', name: 'saf' })
@Check('saf_kind', `kind IN ('reversal', 'advice')`)
@Check('saf_state', `state IN ('pending', 'done', 'error', 'expired', 'withdrawn')`)
@Index('saf_open', ['link'], { where: `state IN ('pending', 'error', 'expired')` })
@Index('saf_due', ['link', 'nextAt', 'place'], { where: `state = 'pending'` })
@Index('saf_owed', ['link', 'terminal', 'place'], { where: `state = 'pending' AND first_sent_at IS NULL` })
export class SafEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'saf_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'attempt_id', primaryKeyConstraintName: 'saf_pkey' }) attemptId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'saf_pkey' }) kind!: string;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) place!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text' }) link!: string;
  @Column({ type: 'text' }) terminal!: string;
  @Column({ type: 'text', name: 'reason_code' }) reasonCode!: string;
  @Column({ type: 'char', length: 6, nullable: true }) stan!: string | null;
  @Column({ type: 'int', default: 0 }) tries!: number;
  @Column({ type: 'int', default: 0 }) sends!: number;
  @Column({ type: 'bigint', default: 0 }) fence!: string;
  @Column({ type: 'char', length: 3, name: 'action_code', nullable: true }) actionCode!: string | null;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'timestamptz', name: 'queued_at' }) queuedAt!: Date;
  @Column({ type: 'timestamptz', name: 'first_sent_at', nullable: true }) firstSentAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'next_at' }) nextAt!: Date;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'retried_at', nullable: true }) retriedAt!: Date | null;
}
