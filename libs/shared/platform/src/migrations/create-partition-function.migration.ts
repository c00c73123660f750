import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `gateway.ensure_partitions(table, from, months)`: monthly RANGE partitions on the edges of UUIDv7, for any schema.
 *
 * Months are UTC. A default partition takes what lies outside, so that a wrong clock never loses a row. Partitions have
 * row-level security without a policy: nobody but the owner reads one except through its table, whose policy holds.
 * A new month takes its rows out of the default partition; it is attached, so that readers and writers go on meanwhile.
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
        schema_name text; table_name text; key_name text; part text; lowest uuid; above uuid; created int := 0;
      begin
        select n.nspname, c.relname, a.attname into schema_name, table_name, key_name
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
          join pg_partitioned_table p on p.partrelid = c.oid join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
         where c.oid = parent;
        for i in -1 .. months - 1 loop
          part := table_name || case when i < 0 then '_default' else '_' || to_char(first_month + make_interval(months => i), 'YYYYMM') end;
          continue when to_regclass(format('%I.%I', schema_name, part)) is not null;
          if i < 0 then
            execute format('create table %I.%I partition of %s default', schema_name, part, parent);
          else
            lowest := gateway.uuidv7_floor(date_trunc('month', first_month + make_interval(months => i)) at time zone 'UTC');
            above := gateway.uuidv7_floor(date_trunc('month', first_month + make_interval(months => i + 1)) at time zone 'UTC');
            execute format('create table %I.%I (like %s including defaults including constraints)', schema_name, part, parent);
            execute format('with stray as (delete from %1$I.%2$I where %3$I >= %4$L and %3$I < %5$L returning *) insert into %1$I.%6$I select * from stray',
              schema_name, table_name || '_default', key_name, lowest, above, part);
            execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)', parent, schema_name, part, lowest, above);
          end if;
          execute format('alter table %I.%I enable row level security', schema_name, part);
          execute format('alter table %I.%I force row level security', schema_name, part);
          created := created + 1;
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
