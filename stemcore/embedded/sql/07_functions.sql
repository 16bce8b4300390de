-- The functions that services may call. Those for services alone look at the claims, because
-- everybody may execute what stands in `public`.

create function require_service() returns void language plpgsql stable as $$
begin
  if auth.role() is distinct from 'service_role' then
    raise exception 'only the service may do this' using errcode = '42501';
  end if;
end $$;

-- Material jobs ---------------------------------------------------------------------------------

create function enqueue_material_job(p_material_id uuid, p_class_id uuid) returns uuid
  language plpgsql security definer set search_path = public as $$
declare
  job uuid;
begin
  if not is_class_teacher(p_class_id) then
    raise exception 'only teachers of the class may do this' using errcode = '42501';
  end if;
  -- The lock keeps two callers from adding a job each.
  perform from materials where id = p_material_id and class_id = p_class_id for update;
  if not found then
    raise exception 'the material is not in the class' using errcode = '22023';
  end if;
  select id into job from material_processing_jobs
  where material_id = p_material_id and status in ('pending', 'processing', 'retry')
  order by created_at desc limit 1;
  if job is null then
    insert into material_processing_jobs (material_id, class_id)
    values (p_material_id, p_class_id) returning id into job;
  end if;
  perform send_material_job(job, p_material_id, p_class_id);
  return job;
end $$;

create function send_material_job(p_job_id uuid, p_material_id uuid, p_class_id uuid)
  returns void language sql security definer set search_path = public as $$
  select pgmq.send('material_jobs', jsonb_build_object(
    'job_id', p_job_id, 'material_id', p_material_id, 'class_id', p_class_id, 'enqueued_at', now()
  ))
$$;
revoke execute on function send_material_job from public, anon, authenticated;

create function dequeue_material_jobs(p_limit integer, p_visibility_s integer)
  returns table (queue_message_id bigint, payload jsonb)
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  return query
    select m.msg_id, m.message from pgmq.read('material_jobs', p_visibility_s, p_limit) m;
end $$;

create function ack_material_job(p_queue_message_id bigint) returns boolean
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  return pgmq.delete('material_jobs', p_queue_message_id);
end $$;

create function recover_stuck_materials_for_current_user(p_stale_min integer, p_limit integer)
  returns table (requeued integer, failed integer)
  language plpgsql security definer set search_path = public as $$
declare
  stuck record;
begin
  if auth.uid() is null then
    raise exception 'a user is required' using errcode = '42501';
  end if;
  requeued := 0;
  failed := 0;
  for stuck in
    select m.id, m.class_id, m.storage_path from materials m
    where m.uploaded_by = auth.uid() and m.status = 'processing'
      and not exists (
        select from material_processing_jobs j
        where j.material_id = m.id and j.updated_at > now() - make_interval(mins => p_stale_min)
      )
      and m.created_at <= now() - make_interval(mins => p_stale_min)
    order by m.created_at limit p_limit for update skip locked
  loop
    if exists (
      select from storage.objects o where o.bucket_id = 'materials' and o.name = stuck.storage_path
    ) then
      perform requeue_material(stuck.id, stuck.class_id);
      requeued := requeued + 1;
    else
      update materials set status = 'failed' where id = stuck.id;
      update material_processing_jobs
      set status = 'failed', locked_at = null, last_error = 'The file is gone.'
      where material_id = stuck.id and status in ('pending', 'processing', 'retry');
      failed := failed + 1;
    end if;
  end loop;
  return next;
end $$;

create function requeue_material(p_material_id uuid, p_class_id uuid) returns void
  language plpgsql security definer set search_path = public as $$
declare
  job uuid;
begin
  update materials set status = 'pending' where id = p_material_id;
  update material_processing_jobs
  set status = 'pending', stage = 'queued', locked_at = null
  where id = (
    select id from material_processing_jobs
    where material_id = p_material_id and status in ('pending', 'processing', 'retry')
    order by created_at desc limit 1
  ) returning id into job;
  if job is null then
    insert into material_processing_jobs (material_id, class_id)
    values (p_material_id, p_class_id) returning id into job;
  end if;
  perform send_material_job(job, p_material_id, p_class_id);
end $$;
revoke execute on function requeue_material from public, anon, authenticated;

-- One index serves all classes and filters afterwards, so with many classes few or none of a
-- class's nearest chunks come out; switching sorts off keeps the planner on that index.
create function match_material_chunks(p_class_id uuid, p_embedding vector, p_count integer)
  returns table (
    id uuid, material_id uuid, material_title text, source_type text, source_index integer,
    section_title text, text text, similarity double precision
  )
  language sql stable set search_path = public, extensions set enable_sort = off as $$
  select c.id, c.material_id, m.title, c.source_type, c.source_index, c.section_title, c.text,
    1 - (c.embedding <=> p_embedding)
  from material_chunks c join materials m on m.id = c.material_id
  where c.class_id = p_class_id and c.embedding is not null
  order by c.embedding <=> p_embedding limit p_count
$$;

-- Guests ----------------------------------------------------------------------------------------

create function acquire_guest_ai_slot_service(p_sandbox_id uuid, p_limit integer) returns boolean
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  update guest_sandboxes set active_ai_requests = active_ai_requests + 1
  where id = p_sandbox_id and status = 'active';
  if not found then
    return false;
  end if;
  update guest_session_quota
  set active_requests = active_requests + 1, updated_at = now() where scope = 'global';
  return true;
end $$;

create function release_guest_ai_slot_service(p_sandbox_id uuid) returns void
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  update guest_sandboxes set active_ai_requests = greatest(active_ai_requests - 1, 0)
  where id = p_sandbox_id;
  update guest_session_quota
  set active_requests = greatest(active_requests - 1, 0), updated_at = now()
  where scope = 'global';
end $$;

create function increment_guest_ai_usage_service(p_sandbox_id uuid, p_feature text) returns void
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  if p_feature not in ('chat', 'quiz', 'flashcards', 'blueprint', 'embedding') then
    raise exception 'unknown feature' using errcode = '22023';
  end if;
  update guest_sandboxes set
    chat_messages_used = chat_messages_used + (p_feature = 'chat')::integer,
    quiz_generations_used = quiz_generations_used + (p_feature = 'quiz')::integer,
    flashcard_generations_used = flashcard_generations_used + (p_feature = 'flashcards')::integer,
    blueprint_regenerations_used
      = blueprint_regenerations_used + (p_feature = 'blueprint')::integer,
    embedding_operations_used = embedding_operations_used + (p_feature = 'embedding')::integer
  where id = p_sandbox_id and status = 'active';
  if not found then
    raise exception 'the sandbox is not active' using errcode = 'P0002';
  end if;
end $$;

create function acquire_guest_session_service(
  p_active_cap integer, p_creation_cap integer, p_window_s integer
) returns jsonb language plpgsql security definer set search_path = public as $$
declare
  quota guest_session_quota;
begin
  perform require_service();
  perform roll_guest_creation_window(p_window_s);
  select * into quota from guest_session_quota where scope = 'global' for update;
  if quota.active_sessions >= p_active_cap then
    return jsonb_build_object('ok', false, 'reason', 'active_cap');
  end if;
  if quota.creation_count >= p_creation_cap then
    return jsonb_build_object('ok', false, 'reason', 'creation_cap');
  end if;
  update guest_session_quota
  set active_sessions = active_sessions + 1, creation_count = creation_count + 1,
    updated_at = now()
  where scope = 'global';
  return jsonb_build_object('ok', true, 'reason', null);
end $$;

create function release_guest_session_slot_service() returns void
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  update guest_session_quota
  set active_sessions = greatest(active_sessions - 1, 0), updated_at = now()
  where scope = 'global';
end $$;

create function roll_guest_creation_window(p_window_s integer) returns void
  language sql security definer set search_path = public as $$
  update guest_session_quota
  set creation_count = 0, creation_window_started_at = now(), updated_at = now()
  where scope = 'global'
    and creation_window_started_at <= now() - make_interval(secs => p_window_s)
$$;
revoke execute on function roll_guest_creation_window from public, anon, authenticated;

create function expire_idle_guest_sandboxes(p_batch integer) returns integer
  language plpgsql security definer set search_path = public as $$
declare
  touched integer;
begin
  update guest_sandboxes set status = 'expired', active_ai_requests = 0
  where id in (
    select id from guest_sandboxes
    where status = 'active'
      and (expires_at <= now() or last_seen_at <= now() - interval '8 hours')
    order by last_seen_at limit p_batch for update skip locked
  );
  get diagnostics touched = row_count;
  return touched;
end $$;
revoke execute on function expire_idle_guest_sandboxes from public, anon, authenticated;

create function recount_guests() returns void
  language sql security definer set search_path = public as $$
  update guest_session_quota set
    active_sessions = (select count(*) from guest_sandboxes where status = 'active'),
    active_requests = coalesce(
      (select sum(active_ai_requests) from guest_sandboxes where status = 'active'), 0
    ),
    updated_at = now()
  where scope = 'global'
$$;
revoke execute on function recount_guests from public, anon, authenticated;

create function reconcile_guest_session_quota_service(p_window_s integer) returns jsonb
  language plpgsql security definer set search_path = public as $$
begin
  perform require_service();
  perform expire_idle_guest_sandboxes(null);
  perform roll_guest_creation_window(p_window_s);
  perform recount_guests();
  return (select to_jsonb(q) from guest_session_quota q where q.scope = 'global');
end $$;

create function cleanup_expired_guest_sandboxes(p_batch integer) returns integer
  language plpgsql security definer set search_path = public as $$
declare
  touched integer;
begin
  perform require_service();
  touched := expire_idle_guest_sandboxes(p_batch);
  perform recount_guests();
  return touched;
end $$;
