import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One custodian takes the place of another, ordered by one and approved by a second one. What those who left did stays theirs. Additive. */
export class ReplaceCustodians1795000010028 implements MigrationInterface {
  readonly name = 'ReplaceCustodians1795000010028';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table vault.custodian add column left_at timestamptz;
      create table vault.custodian_order (
        id uuid not null constraint custodian_order_pkey primary key,
        leaves text not null constraint custodian_order_leaves references vault.custodian (name),
        enters text not null constraint custodian_order_enters check (enters ~ '^[a-z][a-z0-9-]{1,39}$'),
        salt bytea not null constraint custodian_order_salt check (length(salt) = 16),
        proof bytea not null constraint custodian_order_proof check (length(proof) = 32),
        state text not null constraint custodian_order_state check (state in ('open', 'done')),
        ordered_by text not null constraint custodian_order_ordered_by references vault.custodian (name),
        ordered_at timestamptz not null,
        expires_at timestamptz not null,
        approved_by text constraint custodian_order_approved_by references vault.custodian (name),
        constraint custodian_order_two_people check (approved_by is distinct from ordered_by),
        constraint custodian_order_is_done check ((state = 'done') = (approved_by is not null)));
      revoke delete on vault.custodian_order from tsunagu_vault`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table vault.custodian_order; alter table vault.custodian drop column left_at');
  }
}
