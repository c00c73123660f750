import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Roles of the zones, where whoever prepared the server has not made them. A cluster shares roles between databases,
 * so they stay when one database is undone.
 */
export class CreateRoles1795000000001 implements MigrationInterface {
  readonly name = 'CreateRoles1795000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      do $$
      declare role_name text;
      begin
        -- Without it the SECURITY DEFINER functions would see no tenant's rows, and work would lie still without a word.
        if not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) then
          raise exception 'the owner role needs BYPASSRLS: its SECURITY DEFINER functions read across tenants';
        end if;
        foreach role_name in array array['tsunagu_gateway', 'tsunagu_vault', 'tsunagu_switch'] loop
          if not exists (select from pg_roles where rolname = role_name) then
            begin
              execute format('create role %I login nosuperuser nocreatedb nocreaterole', role_name);
            exception when duplicate_object or unique_violation then null; -- another database of this cluster was faster
            end;
          end if;
        end loop;
        if exists (select from pg_roles where rolname in ('tsunagu_gateway', 'tsunagu_vault', 'tsunagu_switch') and (rolsuper or rolbypassrls)) then
          raise exception 'an application role can bypass row-level security';
        end if;
      end $$`);
  }

  async down(): Promise<void> {
    // Roles belong to the cluster: another database may use them.
  }
}
