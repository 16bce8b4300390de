-- Roles, schemas and extensions as a hosted project has them.

-- Roles belong to the whole server, so another database of it may have made them already.
do $$
begin
  if to_regrole('anon') is null then create role anon nologin noinherit; end if;
  if to_regrole('authenticated') is null then create role authenticated nologin noinherit; end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- The login of this service: it may act as the three above and owns nothing of the platform.
  if to_regrole('stem_backend') is null then
    create role stem_backend login inherit bypassrls;
    grant anon, authenticated, service_role to stem_backend;
  end if;
end $$;

create schema auth;
create schema storage;
create schema pgmq;
create schema cron;
create schema vault;
create schema extensions;

create extension vector schema extensions;

grant usage on schema public, auth, storage, extensions to anon, authenticated, service_role;

do $$
begin
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());
  execute format('alter database %I set timezone = ''UTC''', current_database());
  -- `manage.py migrate` makes the service's own schema.
  execute format('grant create on database %I to stem_backend', current_database());
end $$;

set local search_path = public, extensions;
set local check_function_bodies = off;
