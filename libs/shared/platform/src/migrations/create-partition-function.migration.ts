import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `gateway.ensure_partitions(table, from, months)`: monthly RANGE partitions on the edges of UUIDv7, for any schema.
 *
 * Months are UTC. A default partition takes what lies outside, so that a wrong clock never loses a row. Partitions have
 * row-level security without a policy: nobody but the owner reads one except through its table, whose policy holds.
 */
export class CreatePartitionFunction1795000000003 implements MigrationInterface {
  readonly name = 'CreatePartitionFunction1795000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function gateway.uuidv7_floor(at timestamptz) returns uuid language sql immutable strict as $f$
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
      $f$;

      create function gateway.ensure_partitions(parent regclass, first_month date, months int) returns int language plpgsql as $f$
      declare
        schema_name text; table_name text; part text; month timestamptz; created int := 0;
      begin
        select n.nspname, c.relname into schema_name, table_name
          from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = parent;
        for i in -1 .. months - 1 loop
          month := (date_trunc('month', first_month::timestamp) + make_interval(months => i)) at time zone 'UTC';
          part := case when i < 0 then table_name || '_default' else table_name || '_' || to_char(month at time zone 'UTC', 'YYYYMM') end;
          if to_regclass(format('%I.%I', schema_name, part)) is null then
            if i < 0 then
              execute format('create table %I.%I partition of %s default', schema_name, part, parent);
            else
              execute format('create table %I.%I partition of %s for values from (%L) to (%L)', schema_name, part, parent,
                gateway.uuidv7_floor(month), gateway.uuidv7_floor((month at time zone 'UTC' + interval '1 month') at time zone 'UTC'));
            end if;
            execute format('alter table %I.%I enable row level security', schema_name, part);
            execute format('alter table %I.%I force row level security', schema_name, part);
            created := created + 1;
          end if;
        end loop;
        return created;
      end $f$;
      revoke execute on function gateway.ensure_partitions(regclass, date, int) from tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function gateway.ensure_partitions(regclass, date, int);
      drop function gateway.uuidv7_floor(timestamptz)`);
  }
}
