import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what a tenant has set up. Append-only for the process that writes it. Additive; safe while the previous release is running. */
export class CreateAudit1795000003020 implements MigrationInterface {
  readonly name = 'CreateAudit1795000003020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table gateway.audit_entry (
        tenant_id uuid not null, id uuid not null, constraint audit_entry_pkey primary key (tenant_id, id),
        at timestamptz not null,
        operation text not null constraint audit_entry_operation check (operation ~ '^[a-z_]{1,40}[.][a-z_]{1,40}$'),
        object_id uuid,
        actor_key uuid,
        request_id text not null constraint audit_entry_request check (length(request_id) between 1 and 200),
        before jsonb constraint audit_entry_before check (length(before::text) <= 10000),
        after jsonb constraint audit_entry_after check (length(after::text) <= 10000));
      create index audit_entry_by_object on gateway.audit_entry (tenant_id, object_id, id) where object_id is not null;
      alter table gateway.audit_entry enable row level security;
      alter table gateway.audit_entry force row level security;
      create policy audit_entry_tenant on gateway.audit_entry
        using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      revoke update, delete, truncate on gateway.audit_entry from tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table gateway.audit_entry');
  }
}
