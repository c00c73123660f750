import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What two people ruled about an attempt in doubt. Additive; safe while the previous release is running: it never rules. */
export class RuleAttempts1795000020091 implements MigrationInterface {
  readonly name = 'RuleAttempts1795000020091';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The journal says it from now on, and what still waited for its end is withdrawn: a late answer finds nothing to move.
      create function switch.rule_attempt(p_tenant uuid, p_attempt uuid, p_verdict text, p_at timestamptz) returns text
      language plpgsql security definer set search_path = switch, pg_temp as $f$
      declare known record;
      begin
        select j.state, j.reason into known from switch.journal j where j.tenant_id = p_tenant and j.attempt_id = p_attempt for update;
        if not found then return 'unseen'; end if;
        if known.reason = 'ruled' then return 'ruled'; end if;
        if known.state <> 'in_doubt' then return known.state; end if;
        update switch.journal j
           set state = case p_verdict when 'written_off' then 'in_doubt' else p_verdict end, reason = 'ruled', moved_at = p_at,
               approved_minor = case p_verdict when 'approved' then coalesce(j.approved_minor, j.amount_minor) else j.approved_minor end,
               sealed_account = case p_verdict when 'approved' then j.sealed_account end
         where j.tenant_id = p_tenant and j.attempt_id = p_attempt;
        update switch.saf s set state = 'withdrawn', ended_at = coalesce(s.ended_at, p_at)
         where s.tenant_id = p_tenant and s.attempt_id = p_attempt and s.state <> 'done';
        return 'ruled';
      end $f$;
      comment on function switch.rule_attempt(uuid, uuid, text, timestamptz) is
        'The end of an attempt in doubt, as two people ruled it; answers the state that it has where it is not in doubt any more';
      grant execute on function switch.rule_attempt(uuid, uuid, text, timestamptz) to tsunagu_switch`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function switch.rule_attempt(uuid, uuid, text, timestamptz)');
  }
}
