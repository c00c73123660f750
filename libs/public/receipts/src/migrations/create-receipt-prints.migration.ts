import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which slips were printed before, so that a second one says 再発行. Additive; safe while the previous release is running. */
export class CreateReceiptPrints1795000004001 implements MigrationInterface {
  readonly name = 'CreateReceiptPrints1795000004001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table gateway.receipt_print (
        tenant_id uuid not null,
        subject_id uuid not null,
        copy text not null constraint receipt_print_copy check (copy in ('customer', 'merchant', 'issuer')),
        kind text not null constraint receipt_print_kind check (length(kind) between 1 and 20),
        prints integer not null constraint receipt_print_prints check (prints > 0),
        first_at timestamptz not null,
        last_at timestamptz not null,
        constraint receipt_print_pkey primary key (tenant_id, subject_id, copy, kind));
      alter table gateway.receipt_print enable row level security;
      alter table gateway.receipt_print force row level security;
      create policy receipt_print_tenant on gateway.receipt_print
        using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
        with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      revoke delete on gateway.receipt_print from tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table gateway.receipt_print');
  }
}
