-- A tenant's own database: the truth about its overrides. Owned by the cluster's administrator; the tenant's role may read and append.

create table tenant_identity (
    singleton   boolean primary key default true check (singleton),
    tenant      text not null,
    incarnation integer not null check (incarnation >= 1)
);

create table revision (
    number         bigint primary key check (number >= 1),
    incarnation    integer not null check (incarnation >= 1),
    kind           text not null check (kind in ('change', 'rollback', 'import', 'expiry')),
    document       text not null,
    author         text not null,
    at             timestamptz not null,
    comment        text,
    parent         bigint not null check (parent = number - 1),
    restores       bigint check (restores >= 0 and restores < number),
    change_id      uuid not null,
    schema_version text not null,
    hash           bytea not null
);

-- How an intent of the shared database ended. The primary key lets only one of writer and sweeper win.
create table intent_outcome (
    id      uuid primary key,
    outcome text not null check (outcome in ('committed', 'abandoned')),
    at      timestamptz not null
);

create table audit_event (
    sequence bigint primary key check (sequence >= 1),
    body     text not null,
    hash     bytea not null,
    at       timestamptz not null,
    actor    text not null generated always as (body::json ->> 'actor') stored,
    action   text not null generated always as (body::json ->> 'action') stored,
    scope    text not null generated always as (body::json ->> 'scope') stored,
    number   bigint generated always as ((body::json ->> 'number')::bigint) stored      -- of the revision that the event records; null without one
);

create table audit_head (
    singleton boolean primary key default true check (singleton),
    sequence  bigint not null,
    hash      bytea not null
);
insert into audit_head (sequence, hash) values (0, '\x');

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger append_only before update or delete on revision for each row execute function refuse_change();
create trigger append_only before update or delete on audit_event for each row execute function refuse_change();
create trigger no_truncate before truncate on revision for each statement execute function refuse_change();
create trigger no_truncate before truncate on audit_event for each statement execute function refuse_change();

-- What the tenant's own role may do. Whoever creates or migrates the database calls it; a migration that adds a table replaces it.
create function admit_tenant_role(role_name text) returns void language plpgsql as $$
begin
    execute format('grant select, insert on revision, intent_outcome, audit_event to %I', role_name);
    execute format('grant select on tenant_identity to %I', role_name);
    execute format('grant select, update on audit_head to %I', role_name);
end
$$;
revoke execute on function admit_tenant_role(text) from public;
revoke create on schema public from public;
