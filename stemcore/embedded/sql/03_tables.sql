-- The tables of the platform.

create type account_type as enum ('teacher', 'student');
create type enrollment_role as enum ('teacher', 'student', 'ta');
create type blueprint_status as enum ('draft', 'approved', 'archived', 'published');
create type activity_type as enum ('chat', 'quiz', 'flashcards', 'homework', 'exam_review');

create function requesting_user_id() returns uuid language sql stable as $$
  select auth.uid()
$$;

create table profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text,
  avatar_url text,
  created_at timestamptz not null default now(),
  account_type account_type not null
);

create table admin_users (
  user_id uuid primary key references auth.users (id) on delete cascade
);

create table classes (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default requesting_user_id() references auth.users (id) on delete restrict,
  title text not null,
  description text,
  subject text,
  level text,
  join_code text not null,
  ai_provider text not null default 'openrouter',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived boolean not null default false,
  sandbox_id uuid,
  unique (join_code)
);

create table enrollments (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role enrollment_role not null default 'student',
  joined_at timestamptz not null default now(),
  sandbox_id uuid,
  unique (class_id, user_id)
);

create table guest_sandboxes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  class_id uuid references classes (id) on delete set null,
  status text not null default 'active',
  guest_role account_type not null default 'teacher',
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '8 hours',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  chat_messages_used integer not null default 0,
  quiz_generations_used integer not null default 0,
  flashcard_generations_used integer not null default 0,
  blueprint_regenerations_used integer not null default 0,
  embedding_operations_used integer not null default 0,
  active_ai_requests integer not null default 0,
  check (status in ('active', 'expired', 'discarded')),
  check (
    least(
      chat_messages_used, quiz_generations_used, flashcard_generations_used,
      blueprint_regenerations_used, embedding_operations_used, active_ai_requests
    ) >= 0
  )
);

create table guest_session_quota (
  scope text primary key default 'global',
  active_sessions integer not null default 0,
  creation_count integer not null default 0,
  creation_window_started_at timestamptz not null default now(),
  active_requests integer not null default 0,
  updated_at timestamptz not null default now(),
  check (active_sessions >= 0 and creation_count >= 0 and active_requests >= 0)
);

create table ai_requests (
  id uuid primary key default gen_random_uuid(),
  class_id uuid references classes (id) on delete set null,
  user_id uuid references auth.users (id) on delete set null,
  provider text not null,
  model text,
  purpose text,
  prompt_tokens integer,
  completion_tokens integer,
  total_tokens integer,
  latency_ms integer,
  status text,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table materials (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  uploaded_by uuid references auth.users (id) on delete set null,
  title text not null,
  storage_path text not null,
  mime_type text,
  size_bytes bigint,
  status text not null default 'pending',
  extracted_text text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table material_chunks (
  id uuid primary key default gen_random_uuid(),
  material_id uuid not null references materials (id) on delete cascade,
  class_id uuid not null references classes (id) on delete cascade,
  source_type text not null,
  source_index integer not null,
  section_title text,
  text text not null,
  token_count integer not null,
  embedding vector(1536),
  embedding_provider text,
  embedding_model text,
  extraction_method text,
  quality_score real,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table material_processing_jobs (
  id uuid primary key default gen_random_uuid(),
  material_id uuid not null references materials (id) on delete cascade,
  class_id uuid not null references classes (id) on delete cascade,
  status text not null default 'pending',
  stage text not null default 'queued',
  attempts integer not null default 0,
  last_error text,
  locked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (attempts >= 0)
);

create table blueprints (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  version integer not null default 1,
  status blueprint_status not null default 'draft',
  summary text,
  created_by uuid not null references auth.users (id) on delete restrict,
  approved_by uuid references auth.users (id) on delete set null,
  published_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  approved_at timestamptz,
  published_at timestamptz,
  content_json jsonb not null default '{}',
  content_schema_version text not null default 'v2',
  sandbox_id uuid
);

create table topics (
  id uuid primary key default gen_random_uuid(),
  blueprint_id uuid not null references blueprints (id) on delete cascade,
  title text not null,
  description text,
  section text,
  sequence integer not null default 0,
  prerequisite_topic_ids uuid[] not null default '{}',
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table objectives (
  id uuid primary key default gen_random_uuid(),
  topic_id uuid not null references topics (id) on delete cascade,
  statement text not null,
  level text,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table activities (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  blueprint_id uuid references blueprints (id) on delete set null,
  topic_id uuid references topics (id) on delete set null,
  type activity_type not null,
  title text not null,
  config jsonb not null default '{}',
  status text not null default 'draft',
  created_by uuid not null references auth.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table assignments (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  activity_id uuid not null references activities (id) on delete cascade,
  assigned_by uuid not null references auth.users (id) on delete restrict,
  due_at timestamptz,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table assignment_recipients (
  id uuid primary key default gen_random_uuid(),
  assignment_id uuid not null references assignments (id) on delete cascade,
  student_id uuid not null references auth.users (id) on delete cascade,
  status text not null default 'assigned',
  assigned_at timestamptz not null default now(),
  sandbox_id uuid,
  unique (assignment_id, student_id)
);

create table submissions (
  id uuid primary key default gen_random_uuid(),
  assignment_id uuid not null references assignments (id) on delete cascade,
  student_id uuid not null references auth.users (id) on delete cascade,
  content jsonb not null default '{}',
  score numeric,
  submitted_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sandbox_id uuid
);

create table feedback (
  id uuid primary key default gen_random_uuid(),
  submission_id uuid not null references submissions (id) on delete cascade,
  created_by uuid references auth.users (id) on delete set null,
  source text not null default 'ai',
  content jsonb not null default '{}',
  is_edited boolean not null default false,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table reflections (
  id uuid primary key default gen_random_uuid(),
  assignment_id uuid not null references assignments (id) on delete cascade,
  student_id uuid not null references auth.users (id) on delete cascade,
  content text not null,
  created_at timestamptz not null default now(),
  sandbox_id uuid
);

create table quiz_questions (
  id uuid primary key default gen_random_uuid(),
  activity_id uuid not null references activities (id) on delete cascade,
  question text not null,
  choices jsonb,
  answer text,
  explanation text,
  order_index integer not null default 0,
  sandbox_id uuid,
  unique (activity_id, order_index)
);

create table flashcards (
  id uuid primary key default gen_random_uuid(),
  activity_id uuid not null references activities (id) on delete cascade,
  front text not null,
  back text not null,
  order_index integer not null default 0,
  sandbox_id uuid
);

create table class_chat_sessions (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  owner_user_id uuid not null references auth.users (id) on delete cascade,
  title text not null default 'New chat',
  is_pinned boolean not null default false,
  archived_at timestamptz,
  last_message_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sandbox_id uuid
);

create table class_chat_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references class_chat_sessions (id) on delete cascade,
  class_id uuid not null references classes (id) on delete cascade,
  author_user_id uuid references auth.users (id) on delete set null,
  author_kind text not null,
  content text not null,
  citations jsonb not null default '[]',
  safety text,
  provider text,
  model text,
  prompt_tokens integer,
  completion_tokens integer,
  total_tokens integer,
  latency_ms integer,
  created_at timestamptz not null default now(),
  sandbox_id uuid,
  check (author_kind in ('student', 'teacher', 'assistant'))
);

create table class_chat_session_compactions (
  session_id uuid primary key references class_chat_sessions (id) on delete cascade,
  class_id uuid not null references classes (id) on delete cascade,
  owner_user_id uuid not null references auth.users (id) on delete cascade,
  summary_text text not null,
  summary_json jsonb not null default '{}',
  compacted_through_created_at timestamptz,
  compacted_through_message_id uuid,
  compacted_turn_count integer not null default 0,
  last_compacted_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sandbox_id uuid,
  check (compacted_turn_count >= 0)
);

create table class_insights_snapshots (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  generated_at timestamptz not null default now(),
  payload jsonb not null,
  sandbox_id uuid,
  unique (class_id)
);

create table class_teaching_brief_snapshots (
  id uuid primary key default gen_random_uuid(),
  class_id uuid not null references classes (id) on delete cascade,
  generated_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  status text not null default 'ready',
  payload jsonb,
  error_message text,
  sandbox_id uuid,
  check (status in ('empty', 'ready', 'generating', 'error', 'no_data')),
  unique (class_id)
);
