-- Row-level security and grants. Browsers reach `public` as anon or authenticated; every table
-- is closed to them but for the policies here. Services pass (service_role bypasses them).

-- Who the caller is in a class. They look at tables whose policies ask them, hence the definer.
create function is_class_teacher(class uuid) returns boolean
  language sql stable security definer set search_path = public as $$
  select exists (
    select from classes c
    where c.id = class
      and case
        when c.sandbox_id is null then c.owner_id = auth.uid() or exists (
          select from enrollments e
          where e.class_id = c.id and e.user_id = auth.uid() and e.role in ('teacher', 'ta')
        )
        else is_sandbox_guest(c.id, c.sandbox_id, 'teacher')
      end
  )
$$;

create function is_class_member(class uuid) returns boolean
  language sql stable security definer set search_path = public as $$
  select is_class_teacher(class) or exists (
    select from classes c
    where c.id = class
      and case
        when c.sandbox_id is null then exists (
          select from enrollments e where e.class_id = c.id and e.user_id = auth.uid()
        )
        else is_sandbox_guest(c.id, c.sandbox_id, 'student')
      end
  )
$$;

create function is_sandbox_guest(class uuid, sandbox uuid, wanted account_type) returns boolean
  language sql stable security definer set search_path = public as $$
  select exists (
    select from guest_sandboxes s
    where s.id = sandbox and s.class_id = class and s.user_id = auth.uid()
      and s.guest_role = wanted and s.status = 'active' and s.expires_at > now()
  )
$$;

create function activity_class(activity uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select a.class_id from activities a where a.id = activity
$$;

create function assignment_class(assignment uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select a.class_id from assignments a where a.id = assignment
$$;

create function blueprint_class(blueprint uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select b.class_id from blueprints b where b.id = blueprint
$$;

create function topic_class(topic uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select b.class_id from topics t join blueprints b on b.id = t.blueprint_id where t.id = topic
$$;

create function submission_class(submission uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select a.class_id
  from submissions s join assignments a on a.id = s.assignment_id where s.id = submission
$$;

create function submission_student(submission uuid) returns uuid
  language sql stable security definer set search_path = public as $$
  select s.student_id from submissions s where s.id = submission
$$;

do $$
declare
  name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' loop
    execute format('alter table %I enable row level security', name);
  end loop;
end $$;

create policy own_read on profiles for select using (id = auth.uid());
create policy own_update on profiles for update using (id = auth.uid());
create policy own_read on admin_users for select using (user_id = auth.uid());
create policy own_read on guest_sandboxes for select using (user_id = auth.uid());

create policy member_read on classes for select
  using (owner_id = auth.uid() or is_class_member(id));
create policy owner_insert on classes for insert
  with check (
    owner_id = auth.uid() and exists (
      select from profiles p where p.id = auth.uid() and p.account_type = 'teacher'
    )
  );
create policy owner_update on classes for update
  using (owner_id = auth.uid()) with check (owner_id = auth.uid());
create policy owner_delete on classes for delete using (owner_id = auth.uid());

create policy own_or_teacher_read on enrollments for select
  using (user_id = auth.uid() or is_class_teacher(class_id));
create policy teacher_write on enrollments for all
  using (is_class_teacher(class_id)) with check (is_class_teacher(class_id));

create policy teacher_read on ai_requests for select using (is_class_teacher(class_id));

-- What teachers make, and members read.
create policy member_read on materials for select using (is_class_member(class_id));
create policy teacher_write on materials for all
  using (is_class_teacher(class_id)) with check (is_class_teacher(class_id));
create policy member_read on material_chunks for select using (is_class_member(class_id));
create policy teacher_read on material_processing_jobs for select
  using (is_class_teacher(class_id));
create policy teacher_write on blueprints for all
  using (is_class_teacher(class_id)) with check (is_class_teacher(class_id));
create policy member_read on blueprints for select
  using (status = 'published' and is_class_member(class_id));
create policy teacher_write on topics for all
  using (is_class_teacher(blueprint_class(blueprint_id)))
  with check (is_class_teacher(blueprint_class(blueprint_id)));
create policy member_read on topics for select
  using (is_class_member(blueprint_class(blueprint_id)));
create policy teacher_write on objectives for all
  using (is_class_teacher(topic_class(topic_id)))
  with check (is_class_teacher(topic_class(topic_id)));
create policy member_read on objectives for select using (is_class_member(topic_class(topic_id)));
create policy teacher_write on activities for all
  using (is_class_teacher(class_id)) with check (is_class_teacher(class_id));
create policy member_read on activities for select using (is_class_member(class_id));
create policy teacher_write on quiz_questions for all
  using (is_class_teacher(activity_class(activity_id)))
  with check (is_class_teacher(activity_class(activity_id)));
create policy member_read on flashcards for select
  using (is_class_member(activity_class(activity_id)));
create policy teacher_write on flashcards for all
  using (is_class_teacher(activity_class(activity_id)))
  with check (is_class_teacher(activity_class(activity_id)));
create policy teacher_write on assignments for all
  using (is_class_teacher(class_id)) with check (is_class_teacher(class_id));
create policy member_read on assignments for select using (is_class_member(class_id));
create policy teacher_write on assignment_recipients for all
  using (is_class_teacher(assignment_class(assignment_id)))
  with check (is_class_teacher(assignment_class(assignment_id)));
create policy own_read on assignment_recipients for select using (student_id = auth.uid());

-- What students make, and their teachers read.
create policy own_write on submissions for insert
  with check (student_id = auth.uid() and is_class_member(assignment_class(assignment_id)));
create policy own_or_teacher_read on submissions for select
  using (student_id = auth.uid() or is_class_teacher(assignment_class(assignment_id)));
create policy own_write on reflections for insert
  with check (student_id = auth.uid() and is_class_member(assignment_class(assignment_id)));
create policy own_or_teacher_read on reflections for select
  using (student_id = auth.uid() or is_class_teacher(assignment_class(assignment_id)));
create policy teacher_write on feedback for all
  using (is_class_teacher(submission_class(submission_id)))
  with check (is_class_teacher(submission_class(submission_id)));
create policy own_read on feedback for select
  using (submission_student(submission_id) = auth.uid());

create policy own_write on class_chat_sessions for all
  using (owner_user_id = auth.uid() and is_class_member(class_id))
  with check (owner_user_id = auth.uid() and is_class_member(class_id));
create policy teacher_read on class_chat_sessions for select using (is_class_teacher(class_id));
-- A message follows its session: whoever sees the session sees its messages.
create policy session_read on class_chat_messages for select
  using (exists (select from class_chat_sessions s where s.id = session_id));
create policy own_insert on class_chat_messages for insert
  with check (
    author_user_id = auth.uid() and author_kind <> 'assistant' and exists (
      select from class_chat_sessions s
      where s.id = session_id and s.class_id = class_chat_messages.class_id
        and s.owner_user_id = auth.uid()
    )
  );
create policy own_read on class_chat_session_compactions for select
  using (owner_user_id = auth.uid());

create policy teacher_read on class_insights_snapshots for select
  using (is_class_teacher(class_id));
create policy teacher_read on class_teaching_brief_snapshots for select
  using (is_class_teacher(class_id));

grant all on all tables in schema public to anon, authenticated, service_role;
grant all on all sequences in schema public to anon, authenticated, service_role;
grant execute on all routines in schema public to anon, authenticated, service_role;
