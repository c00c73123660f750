import type { MigrationInterface, QueryRunner } from 'typeorm';

const ZONES = ['gateway', 'vault', 'switch'] as const;

/**
 * `<zone>.keep_partitions_ahead(at)`: each zone's process keeps two months ahead in its own tables, and hears where that failed.
 * Additive. It also drops prepared months that nobody wrote to yet: each of them costs every statement a plan or a lock.
 */
export class KeepPartitionsAhead1795000000004 implements MigrationInterface {
  readonly name = 'KeepPartitionsAhead1795000000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(DROP_FAR_MONTHS);
    await db.query(KEEP);
    for (const zone of ZONES) {
      await db.query(`
        create function ${zone}.keep_partitions_ahead(at timestamptz)
        returns table (table_name text, created int, months_ahead int, has_strays boolean)
        language sql security definer set search_path = pg_catalog, pg_temp as $f$
          select * from gateway.keep_partitions_of('${zone}', at)
        $f$;
        revoke execute on function ${zone}.keep_partitions_ahead(timestamptz) from public;
        grant execute on function ${zone}.keep_partitions_ahead(timestamptz) to tsunagu_${zone}`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const zone of ZONES) await db.query(`drop function ${zone}.keep_partitions_ahead(timestamptz)`);
    await db.query(`drop function gateway.keep_partitions_of(text, timestamptz)`);
  }
}

/** For the owner alone; the zones' functions name the only schema that they may touch. */
const KEEP = `
  create function gateway.keep_partitions_of(zone text, at timestamptz)
  returns table (table_name text, created int, months_ahead int, has_strays boolean)
  language plpgsql set search_path = pg_catalog, pg_temp as $f$
  declare
    big record; this_month text := to_char(at at time zone 'UTC', 'YYYYMM');
  begin
    if abs(extract(epoch from at - now())) > 400 * 86400 then raise exception 'partitions are kept for about now'; end if;
    -- one process is enough; the others see its work in their next pass
    if not pg_try_advisory_xact_lock(hashtext('tsunagu partitions ' || zone)) then return; end if;
    perform set_config('lock_timeout', '2000', true); -- rather later than in front of a queue of payments
    for big in
      select c.oid::regclass as parent, c.relname as name from pg_partitioned_table p
        join pg_class c on c.oid = p.partrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = zone and to_regclass(format('%I.%I', zone, c.relname || '_default')) is not null order by c.relname
    loop
      table_name := big.name;
      created := gateway.ensure_partitions(big.parent, (at at time zone 'UTC')::date, 3);
      select count(*) into months_ahead from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = big.parent and substring(c.relname from '_([0-9]{6})$') > this_month;
      execute format('select exists (select from %I.%I)', zone, big.name || '_default') into has_strays;
      return next;
    end loop;
  end $f$;
  revoke execute on function gateway.keep_partitions_of(text, timestamptz) from public, tsunagu_gateway`;

/** Former releases prepared up to three years. */
const DROP_FAR_MONTHS = `
  do $$
  declare part record; is_used boolean;
  begin
    for part in
      select c.oid::regclass as name from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('gateway', 'vault', 'switch') and c.relkind = 'r'
         and substring(c.relname from '_([0-9]{6})$') > to_char(now() at time zone 'UTC' + interval '2 months', 'YYYYMM')
    loop
      execute format('select exists (select from %s)', part.name) into is_used;
      if not is_used then execute format('drop table %s', part.name); end if;
    end loop;
  end $$`;
