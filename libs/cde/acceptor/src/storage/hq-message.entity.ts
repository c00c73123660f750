import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = 'hq_message_pkey';

/** A message of a payment server and what it was answered, by its name on the line. */
@Entity({
  schema: 'switch',
  name: 'hq_message',
  comment: 'No card data has a place here: an answer repeats it from the message that asks again',
})
@Check('hq_message_state', `state IN ('open', 'answered', 'blocked')`)
@Check('hq_message_undo', `undo IN ('ordered', 'done', 'refused')`)
@Check('hq_message_amount_range', 'amount_minor BETWEEN 0 AND 999999999999')
@Check('hq_message_answered', `(state <> 'answered') OR (action_code IS NOT NULL)`)
@Index('hq_message_open', ['tenantId', 'link', 'claimedUntil'], { where: `state = 'open'` })
@Index('hq_message_to_undo', ['tenantId', 'link', 'undoNextAt'], { where: `undo = 'ordered'` })
@Index('hq_message_by_reference', ['tenantId', 'link', 'reference'], { where: `undo = 'ordered'` })
@Index('hq_message_by_age', ['tenantId', 'link', 'receivedAt'])
export class HqMessageEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: KEY }) tenantId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: KEY }) link!: string;
  @PrimaryColumn({ type: 'char', length: 12, name: 'local_time', primaryKeyConstraintName: KEY }) localTime!: string;
  @PrimaryColumn({ type: 'char', length: 6, primaryKeyConstraintName: KEY }) stan!: string;
  @PrimaryColumn({ type: 'char', length: 1, name: 'message_class', primaryKeyConstraintName: KEY })
  messageClass!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: KEY }) terminal!: string;
  @Column({ type: 'char', length: 4 }) mti!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text' }) digest!: string;
  @Column({ type: 'text', nullable: true }) reference!: string | null;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'text', nullable: true }) rrn!: string | null;
  @Column({ type: 'text', nullable: true }) owner!: string | null;
  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true }) claimedUntil!: Date | null;
  @Column({ type: 'jsonb', nullable: true }) answer!: object | null;
  @Column({ type: 'char', length: 3, name: 'action_code', nullable: true }) actionCode!: string | null;
  @Column({ type: 'date', name: 'business_date', nullable: true }) businessDate!: string | null;
  @Column({ type: 'text', nullable: true }) undo!: string | null;
  @Column({ type: 'timestamptz', name: 'undo_next_at', nullable: true }) undoNextAt!: Date | null;
  @Column({ type: 'boolean', name: 'is_reversed', default: false }) isReversed!: boolean;
  @Column({ type: 'text', name: 'total_kind', nullable: true }) totalKind!: string | null;
  @Column({ type: 'bigint', name: 'total_minor', nullable: true }) totalMinor!: string | null;
  @Column({ type: 'timestamptz', name: 'received_at' }) receivedAt!: Date;
  @Column({ type: 'timestamptz', name: 'answered_at', nullable: true }) answeredAt!: Date | null;
}
