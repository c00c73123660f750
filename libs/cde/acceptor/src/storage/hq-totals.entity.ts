import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = 'hq_total_pkey';

/** What a line has sold, authorized and given back on a business date, and what of it was reversed. */
@Entity({ schema: 'switch', name: 'hq_total' })
@Check('hq_total_kind', `kind IN ('debit', 'credit', 'authorization')`)
export class HqTotalEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: KEY }) tenantId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: KEY }) link!: string;
  @PrimaryColumn({ type: 'date', name: 'business_date', primaryKeyConstraintName: KEY }) businessDate!: string;
  @PrimaryColumn({ type: 'char', length: 3, primaryKeyConstraintName: KEY }) currency!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: KEY }) kind!: string;
  @PrimaryColumn({ type: 'boolean', name: 'is_reversed', primaryKeyConstraintName: KEY }) isReversed!: boolean;
  @Column({ type: 'bigint' }) count!: string;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
}

/** A comparison of counters with a payment server, as it was. */
@Entity({ schema: 'switch', name: 'hq_reconciliation' })
@Index('hq_reconciliation_newest', ['tenantId', 'link', 'place'])
export class HqReconciliationEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'hq_reconciliation_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'hq_reconciliation_pkey' }) id!: string;
  @Column({ type: 'text' }) link!: string;
  @Column({ type: 'date', name: 'business_date' }) businessDate!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'char', length: 3, name: 'function_code' }) functionCode!: string;
  @Column({ type: 'char', length: 3, nullable: true }) checkpoint!: string | null;
  @Column({ type: 'char', length: 3, name: 'action_code' }) actionCode!: string;
  @Column({ type: 'jsonb' }) theirs!: object;
  @Column({ type: 'jsonb' }) ours!: object;
  @Column({ type: 'timestamptz' }) at!: Date;
  /** Two comparisons of one millisecond have an order too. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) place!: string;
}

/** Business date that a line's own cut-over has set. */
@Entity({ schema: 'switch', name: 'hq_cut_over' })
export class HqCutOverEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'hq_cut_over_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'hq_cut_over_pkey' }) link!: string;
  @Column({ type: 'date', name: 'business_date' }) businessDate!: string;
}
