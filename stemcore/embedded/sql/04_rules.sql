-- What the database keeps true beyond its tables' own constraints, and the indexes.

create unique index one_draft_blueprint_a_class on blueprints (class_id) where status = 'draft';
create unique index one_published_blueprint_a_class
  on blueprints (class_id) where status = 'published';
create unique index one_active_sandbox_a_user on guest_sandboxes (user_id) where status = 'active';
create unique index quiz_attempt_number on submissions (
  assignment_id, student_id, (content ->> 'attemptNumber')
) where content ->> 'mode' = 'quiz_attempt';

create index on classes (owner_id);
create index on enrollments (user_id);
create index on materials (class_id);
create index on material_processing_jobs (material_id);
create index on material_processing_jobs (status, created_at);
create index on activities (class_id);
create index on assignments (class_id);
create index on assignments (activity_id);
create index on submissions (assignment_id, student_id);
create index on topics (blueprint_id);
create index on objectives (topic_id);
create index on flashcards (activity_id);
create index on feedback (submission_id);
create index on reflections (assignment_id);
create index on ai_requests (class_id, created_at);
create index on class_chat_messages (session_id, created_at desc, id desc);
create index on class_chat_messages (class_id, created_at desc);
create index on class_chat_sessions (class_id, owner_user_id, last_message_at desc);
create index on material_chunks (class_id);
create index on material_chunks (material_id);
create index material_chunks_embedding_idx on material_chunks
  using ivfflat (embedding vector_cosine_ops) with (lists = 100);

create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

create trigger set_updated_at before update on classes
  for each row execute function set_updated_at();
create trigger set_updated_at before update on submissions
  for each row execute function set_updated_at();
create trigger set_updated_at before update on material_processing_jobs
  for each row execute function set_updated_at();
create trigger set_updated_at before update on class_chat_sessions
  for each row execute function set_updated_at();
create trigger set_updated_at before update on class_chat_session_compactions
  for each row execute function set_updated_at();
create trigger set_updated_at before update on guest_sandboxes
  for each row execute function set_updated_at();

create function keep_account_type() returns trigger language plpgsql as $$
begin
  if new.account_type is distinct from old.account_type then
    raise exception 'the account type of a profile never changes' using errcode = '23514';
  end if;
  return new;
end $$;

create trigger keep_account_type before update on profiles
  for each row execute function keep_account_type();

create function check_enrollment_role() returns trigger
  language plpgsql security definer set search_path = public as $$
declare
  account account_type := (select p.account_type from profiles p where p.id = new.user_id);
begin
  if account is null then
    raise exception 'a profile must exist before an enrollment' using errcode = '23503';
  end if;
  if (account = 'student') <> (new.role = 'student') then
    raise exception 'a % account cannot enroll as %', account, new.role using errcode = '23514';
  end if;
  return new;
end $$;

create trigger check_enrollment_role before insert or update on enrollments
  for each row execute function check_enrollment_role();

create function create_profile() returns trigger
  language plpgsql security definer set search_path = public as $$
declare
  account text := new.raw_user_meta_data ->> 'account_type';
begin
  -- A user whose sign-up named no account type gets a profile when the web app asks for one.
  if not new.is_anonymous and account in ('teacher', 'student') then
    insert into profiles (id, display_name, account_type)
    values (new.id, new.raw_user_meta_data ->> 'display_name', account::account_type)
    on conflict (id) do nothing;
  end if;
  return new;
end $$;

create trigger create_profile after insert on auth.users
  for each row execute function create_profile();

insert into guest_session_quota (scope) values ('global');
