-- A message queue with the calls of pgmq: a message that was read is hidden for a while and
-- comes back unless it was deleted or archived.

create table pgmq.meta (
  queue_name text primary key,
  created_at timestamptz not null default now()
);

create type pgmq.message_record as (
  msg_id bigint,
  read_ct integer,
  enqueued_at timestamptz,
  vt timestamptz,
  message jsonb
);

create function pgmq.create(queue_name text) returns void language plpgsql as $$
begin
  insert into pgmq.meta (queue_name) values ($1) on conflict do nothing;
  execute format(
    'create table if not exists pgmq.%I (
       msg_id bigint generated always as identity primary key,
       read_ct integer not null default 0,
       enqueued_at timestamptz not null default now(),
       vt timestamptz not null,
       message jsonb
     )', 'q_' || $1);
  execute format('create index if not exists %I on pgmq.%I (vt)', 'q_' || $1 || '_vt_idx', 'q_' || $1);
  execute format(
    'create table if not exists pgmq.%I (
       msg_id bigint primary key,
       read_ct integer not null,
       enqueued_at timestamptz not null,
       archived_at timestamptz not null default now(),
       vt timestamptz not null,
       message jsonb
     )', 'a_' || $1);
end $$;

create function pgmq.send(queue_name text, msg jsonb, delay integer default 0)
  returns setof bigint language plpgsql as $$
begin
  return query execute format(
    'insert into pgmq.%I (vt, message)
     values (clock_timestamp() + make_interval(secs => $1), $2) returning msg_id',
    'q_' || queue_name) using delay, msg;
end $$;

create function pgmq.read(queue_name text, vt integer, qty integer)
  returns setof pgmq.message_record language plpgsql as $$
begin
  return query execute format(
    'with due as (
       select msg_id from pgmq.%1$I
       where vt <= clock_timestamp() order by msg_id limit $1 for update skip locked
     )
     update pgmq.%1$I q
     set vt = clock_timestamp() + make_interval(secs => $2), read_ct = read_ct + 1
     from due where q.msg_id = due.msg_id
     returning q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message',
    'q_' || queue_name) using qty, vt;
end $$;

create function pgmq.delete(queue_name text, msg_id bigint) returns boolean language plpgsql as $$
declare
  touched bigint;
begin
  execute format('delete from pgmq.%I where msg_id = $1', 'q_' || queue_name) using msg_id;
  get diagnostics touched = row_count;
  return touched > 0;
end $$;

create function pgmq.archive(queue_name text, msg_id bigint) returns boolean language plpgsql as $$
declare
  touched bigint;
begin
  execute format(
    'with gone as (delete from pgmq.%I where msg_id = $1 returning *)
     insert into pgmq.%I (msg_id, read_ct, enqueued_at, vt, message)
     select msg_id, read_ct, enqueued_at, vt, message from gone',
    'q_' || queue_name, 'a_' || queue_name) using msg_id;
  get diagnostics touched = row_count;
  return touched > 0;
end $$;

select pgmq.create('material_jobs');

revoke execute on all functions in schema pgmq from public;
grant usage on schema pgmq to service_role;
grant select on all tables in schema pgmq to service_role;
