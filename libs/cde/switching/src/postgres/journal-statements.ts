import { sql } from '@tsunagu/platform';

const COLUMNS = `tenant_id, attempt_id, state, reason, request, original_attempt_id, link, mti, stan, rrn, local_time, fence,
  sealed_account, action_code, approval_code, approved_minor, emv_response, issuer_message, domestic_code, late_approval, business_date::text, reversal_date::text, presumed,
  opened_at`;
/** The same out of a CTE, where dates are text already. */
const MOVED = COLUMNS.replaceAll('::text', '');
const LEADS = (link: string, fence: string) =>
  `exists (select from switch.link_lease l where l.link = ${link} and l.fence = ${fence})`;
const SAF_COLUMNS =
  'tenant_id, attempt_id, kind, state, link, terminal, reason_code, stan, amount_minor, currency, queued_at, next_at';

/** Journal row and wire identity: the happy path's first commit. */
export const OPEN = sql(
  'journal_open',
  `with opened as (
     insert into switch.journal (tenant_id, attempt_id, state, reason, request, original_attempt_id, link, mti, stan, rrn, local_time,
       terminal, amount_minor, currency, fence, sealed_account, opened_at, moved_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::bigint, $16, $17, $17
      where $15::bigint = 0 or ${LEADS('$7', '$15::bigint')}
     on conflict (tenant_id, attempt_id) do nothing
     returning tenant_id, attempt_id, link, rrn, local_time),
   named as (
     insert into switch.wire_identity (link, rrn, local_time, tenant_id, attempt_id)
     select link, rrn, local_time, tenant_id, attempt_id from opened where link is not null)
   select 1 as opened from opened`,
);

export const QUEUE_ADVICE = sql(
  'journal_queue_advice',
  `insert into switch.saf (${SAF_COLUMNS})
   values ($1, $2, $6, 'pending', $7, $8, $9, $10, $4, $5, $3, $3)`,
);

export const FIND = sql(
  'journal_find',
  `select ${COLUMNS} from switch.journal where tenant_id = $1 and attempt_id = $2`,
);

export const FIND_MANY = sql(
  'journal_find_many',
  `select ${COLUMNS} from switch.journal where tenant_id = $1 and attempt_id = any($2::uuid[])`,
);

const MOVE_SET = `state = $4, reason = case when $5::boolean then $6 else reason end, moved_at = $7,
  action_code = coalesce($8, action_code), approval_code = coalesce($9, approval_code),
  approved_minor = coalesce($10::bigint, approved_minor), emv_response = coalesce($11, emv_response),
  sealed_account = case when $12::boolean then null else sealed_account end, business_date = coalesce(business_date, $13::date)`;

/** Compare-and-set: the happy path's second commit. An issuer's words come with a refusal, which queues nothing. */
export const MOVE = sql(
  'journal_move',
  `update switch.journal set ${MOVE_SET}, issuer_message = coalesce($14, issuer_message), domestic_code = coalesce($15, domestic_code)
    where tenant_id = $1 and attempt_id = $2 and state = $3 returning ${COLUMNS}`,
);

/** The same, with the store-and-forward entry that belongs to it. A reversal withdraws a pending advice. */
export const MOVE_AND_QUEUE = sql(
  'journal_move_and_queue',
  `with moved as (
     update switch.journal set ${MOVE_SET} where tenant_id = $1 and attempt_id = $2 and state = $3
     returning ${COLUMNS}, amount_minor, currency),
   withdrawn as (
     update switch.saf s set state = 'withdrawn', ended_at = $7 from moved m
      where s.tenant_id = m.tenant_id and s.attempt_id = m.attempt_id and s.kind = 'advice' and s.state = 'pending' and $14 = 'reversal'),
   queued as (
     insert into switch.saf (${SAF_COLUMNS})
     select tenant_id, attempt_id, $14, 'pending', $15, $16, $17, $18, amount_minor, currency, $7, $7 from moved
     on conflict (tenant_id, attempt_id, kind) do nothing)
   select ${MOVED} from moved`,
);

export const WHO_IS = sql(
  'wire_identity_find',
  'select tenant_id, attempt_id from switch.wire_identity where link = $1 and rrn = $2 and local_time = $3',
);

export const LATE_YES = sql(
  'journal_late_yes',
  `update switch.journal set late_approval = true, moved_at = $4, presumed = false,
     business_date = case when $5::date is not null and (business_date is null or presumed) then $5 else business_date end,
     approved_minor = case when $5::date is not null and (business_date is null or presumed) then coalesce(nullif($6::bigint, amount_minor), approved_minor) else approved_minor end
   where tenant_id = $1 and attempt_id = $2 and state = any($3::text[]) returning state`,
);

/** The peer had said "no original" and has it after all: once more. */
export const REOPEN_REVERSAL = sql(
  'saf_reopen',
  `update switch.saf set state = 'pending', next_at = $3, ended_at = null
   where tenant_id = $1 and attempt_id = $2 and kind = 'reversal' and state = 'done' and action_code = '914'`,
);

export const CLAIM = sql('saf_claim', 'select * from switch.saf_claim($1, $2, $3, $4, $5)');
export const MAKE_DUE = sql('saf_make_due', 'select switch.saf_make_due($1, $2, $3)');
export const UNSENT = sql('saf_unsent', 'select * from switch.saf_unsent($1)');
export const RECOVER = sql('saf_recover', 'select switch.saf_recover($1, $2, $3, $4) as lost');

export const PREPARE = sql(
  'saf_prepare',
  `update switch.saf set stan = coalesce(stan, $6), sends = sends + 1, first_sent_at = coalesce(first_sent_at, $7)
   where tenant_id = $1 and attempt_id = $2 and kind = $3 and state = 'pending' and ${LEADS('$4', '$5')}
   returning kind, link, terminal, reason_code, stan, tries, sends, coalesce(retried_at, queued_at) as queued_at`,
);

export const TAKE_BACK = sql(
  'saf_take_back',
  `update switch.saf set sends = sends - 1, first_sent_at = case when sends > 1 then first_sent_at end
   where tenant_id = $1 and attempt_id = $2 and kind = $3 and state = 'pending' and sends > 0 and ${LEADS('$4', '$5')}`,
);

/**
 * The attempt is locked before its entry, as by everybody who moves an attempt and queues for it: a repeated order to reverse waits, by its
 * `on conflict`, for whoever is changing the entry.
 */
export const END = sql(
  'saf_end',
  `with attempt as materialized (
     select from switch.journal where tenant_id = $1 and attempt_id = $2 for update)
   update switch.saf set state = $6, action_code = $7, ended_at = $8
   where tenant_id = $1 and attempt_id = $2 and kind = $3 and state = 'pending' and ${LEADS('$4', '$5')} and exists (select from attempt)
   returning kind`,
);

/**
 * $11 field 15 of the answer; $12 the peer accepted a reversal; $13 it acknowledged an advice. A reversal that was accepted for something
 * whose yes nobody saw presumes that yes, on the date that was open when it was sent.
 */
export const MOVE_AT_END = sql(
  'journal_move_at_end',
  `update switch.journal set state = $4, reason = case when $5::boolean then $14 else reason end, moved_at = $6,
     action_code = coalesce($7, action_code), approval_code = coalesce($8, approval_code),
     approved_minor = coalesce($9::bigint, approved_minor),
     sealed_account = case when $10::boolean then null else sealed_account end,
     reversal_date = case when $12::boolean then coalesce(reversal_date, $11::date) else reversal_date end,
     presumed = presumed or ($12::boolean and business_date is null),
     business_date = coalesce(business_date, case
       when $12::boolean then coalesce((select max(d.business_date) from switch.link_day d where d.link = journal.link and d.opened_at <= journal.opened_at), $11::date)
       when $13::boolean then $11::date end)
   where tenant_id = $1 and attempt_id = $2 and state = any($3::text[])`,
);
