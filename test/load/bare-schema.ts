/**
 * Tables of the bare pipeline: the rows that the durable steps of a payment need, and nothing else.
 * No partitions, no row-level security, no foreign keys: a floor to measure against, not a design.
 */
export const BARE_SCHEMA = `
  create table ksn_use (tenant_id uuid, ikid text, counter bigint, fingerprint bytea, intent text, used_at timestamptz,
    primary key (tenant_id, ikid, counter));
  create table device_counter (tenant_id uuid, ikid text, highest bigint, primary key (tenant_id, ikid));
  create table card (tenant_id uuid, pan_index bytea, token uuid, pan_cipher bytea, primary key (tenant_id, pan_index));
  create table audit (tenant_id uuid, id uuid, action text, at timestamptz, primary key (tenant_id, id));
  create table idempotency (tenant_id uuid, key text, fingerprint text, payment_id uuid, primary key (tenant_id, key));
  create table payment_reference (tenant_id uuid, client_reference text, payment_id uuid, primary key (tenant_id, client_reference));
  create table payment (tenant_id uuid, id uuid, status text, amount_minor bigint, captured_minor bigint default 0, token uuid,
    card jsonb, sequence int default 1, created_at timestamptz, updated_at timestamptz, primary key (tenant_id, id));
  create index payment_by_status on payment (tenant_id, status, created_at);
  create table attempt (tenant_id uuid, id uuid, payment_id uuid, status text, amount_minor bigint, sad text, account text,
    approval_code text, network jsonb, due_at timestamptz, primary key (tenant_id, id));
  create index attempt_outbox on attempt (due_at) where status in ('created', 'sending');
  create index attempt_by_payment on attempt (tenant_id, payment_id);
  create table event (tenant_id uuid, id uuid, payment_id uuid, type text, sequence int, object jsonb, primary key (tenant_id, id));
  create table delivery (tenant_id uuid, event_id uuid, due_at timestamptz, primary key (tenant_id, event_id));
  create table posting (tenant_id uuid, attempt_id uuid, account text, side text, amount_minor bigint,
    primary key (tenant_id, attempt_id, account, side));
  create table journal (tenant_id uuid, attempt_id uuid, link text, stan text, rrn text, local_time text, state text, facts jsonb,
    answer jsonb, primary key (tenant_id, attempt_id));
  create unique index journal_identity on journal (link, rrn, local_time);`;
