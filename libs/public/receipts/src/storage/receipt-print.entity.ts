import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How often one copy of one slip was printed. A slip that says something else (処理未了, then 売上) is another slip. */
@Entity({ schema: 'gateway', name: 'receipt_print' })
@Check('receipt_print_copy', `copy IN ('customer', 'merchant', 'issuer')`)
@Check('receipt_print_kind', 'length(kind) BETWEEN 1 AND 20')
@Check('receipt_print_prints', 'prints > 0')
export class ReceiptPrintEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'receipt_print_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'subject_id', primaryKeyConstraintName: 'receipt_print_pkey' })
  subjectId!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'receipt_print_pkey' }) copy!: string;
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'receipt_print_pkey' }) kind!: string;
  @Column({ type: 'integer' }) prints!: number;
  @Column({ type: 'timestamptz', name: 'first_at' }) firstAt!: Date;
  @Column({ type: 'timestamptz', name: 'last_at' }) lastAt!: Date;
}
