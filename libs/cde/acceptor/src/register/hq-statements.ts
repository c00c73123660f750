import { sql } from '@tsunagu/platform';

const KEY = 'tenant_id = $1 and link = $2 and message_class = $3 and stan = $4 and local_time = $5 and terminal = $6';

export const INSERT = sql(
  'hq_insert',
  `insert into switch.hq_message (tenant_id, link, message_class, stan, local_time, terminal, mti, state, digest, reference, amount_minor,
     currency, rrn, owner, claimed_until, received_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing returning true as is_new`,
);
export const LOCK = sql(
  'hq_lock',
  `select mti, state, digest, owner, claimed_until, reference, answer, undo, total_kind, total_minor, currency,
          to_char(business_date, 'YYMMDD') as business_date, is_reversed
     from switch.hq_message where ${KEY} for update`,
);
export const CLAIM = sql('hq_claim', `update switch.hq_message set owner = $7, claimed_until = $8 where ${KEY}`);
export const TAKE_BLOCKED = sql(
  'hq_take_blocked',
  `update switch.hq_message set state = 'answered', mti = $7, digest = $8, amount_minor = $9, currency = $10, rrn = $11, answer = $12,
          action_code = $13, answered_at = $14 where ${KEY}`,
);
export const ANSWER = sql(
  'hq_answer',
  `update switch.hq_message set state = 'answered', answer = $7, action_code = $8, business_date = to_date($9, 'YYMMDD'), undo = coalesce(undo, $10),
          undo_next_at = case when coalesce(undo, $10) = 'ordered' then $11::timestamptz end, total_kind = $12, total_minor = $13,
          owner = null, claimed_until = null, answered_at = $11 where ${KEY}`,
);
export const RELEASE = sql(
  'hq_release',
  `update switch.hq_message set owner = null, claimed_until = null where ${KEY} and state = 'open'`,
);
export const ORDER_UNDO = sql(
  'hq_order_undo',
  `update switch.hq_message set undo = coalesce(undo, case when $7 then 'ordered' end),
          undo_next_at = case when undo is null and $7 then $8::timestamptz else undo_next_at end,
          is_reversed = true, total_kind = case when $9 then null else total_kind end where ${KEY}`,
);
export const ADD_TOTAL = sql(
  'hq_add_total',
  `insert into switch.hq_total (tenant_id, link, business_date, currency, kind, is_reversed, count, amount_minor)
   values ($1, $2, to_date($3, 'YYMMDD'), $4, $5, $6, $7, $8)
   on conflict (tenant_id, link, business_date, currency, kind, is_reversed)
   do update set count = hq_total.count + excluded.count, amount_minor = hq_total.amount_minor + excluded.amount_minor`,
);
export const TOTALS = sql(
  'hq_totals',
  `select kind, is_reversed, count, amount_minor from switch.hq_total
    where tenant_id = $1 and link = $2 and business_date = to_date($3, 'YYMMDD') and currency = $4`,
);
export const TO_UNDO = sql(
  'hq_to_undo',
  `select reference from switch.hq_message
    where tenant_id = $1 and link = $2 and undo = 'ordered' and undo_next_at <= $3 order by undo_next_at limit $4`,
);
export const NOTE_UNDO = sql(
  'hq_note_undo',
  `update switch.hq_message set undo = $4, undo_next_at = case when $4 = 'ordered' then $5::timestamptz end
    where tenant_id = $1 and link = $2 and reference = $3 and undo = 'ordered'`,
);
export const ABANDON = sql(
  'hq_abandon',
  `update switch.hq_message set state = 'answered', answer = $4, action_code = $5, business_date = to_date($6, 'YYMMDD'), undo = 'ordered', undo_next_at = $3,
          owner = null, claimed_until = null, answered_at = $3
    where tenant_id = $1 and link = $2 and state = 'open' and claimed_until < $3 and reference is not null and mti in ('1100', '1200')
   returning true as is_abandoned`,
);
export const NOTE_RECONCILIATION = sql(
  'hq_note_reconciliation',
  `insert into switch.hq_reconciliation (tenant_id, id, link, business_date, currency, function_code, checkpoint, action_code, theirs, ours, at)
   values ($1, $2, $3, to_date($4, 'YYMMDD'), $5, $6, $7, $8, $9, $10, $11)`,
);
export const RECONCILIATIONS = sql(
  'hq_reconciliations',
  `select to_char(business_date, 'YYMMDD') as "businessDate", currency::text, function_code::text as "functionCode", checkpoint::text,
          action_code::text as "actionCode", theirs, ours, at
     from switch.hq_reconciliation where tenant_id = $1 and link = $2 order by place desc limit $3`,
);
export const CUT_OVER = sql(
  'hq_cut_over',
  `select to_char(business_date, 'YYMMDD') as business_date from switch.hq_cut_over where tenant_id = $1 and link = $2`,
);
export const SET_CUT_OVER = sql(
  'hq_set_cut_over',
  `insert into switch.hq_cut_over (tenant_id, link, business_date) values ($1, $2, to_date($3, 'YYMMDD'))
   on conflict (tenant_id, link) do update set business_date = greatest(hq_cut_over.business_date, excluded.business_date)`,
);
export const FORGET = sql(
  'hq_forget',
  `delete from switch.hq_message where ctid = any (array(
     select ctid from switch.hq_message where tenant_id = $1 and link = $2 and received_at < $3 and state <> 'open' and undo is distinct from 'ordered' limit $4))
   returning true as is_gone`,
);
