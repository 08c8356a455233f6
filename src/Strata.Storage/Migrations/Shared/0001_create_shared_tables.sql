-- The shared database: brands, layers above tenants, the tenant registry, intents, read models, audit.
-- Keys of layers compare byte by byte, so that `like 'segment:...%'` and the order of locks use the primary keys whatever the database's collation.
-- Documents are canonical JSON kept as text, so that their bytes (and so their hashes) are exactly what was written.

-- Tells this installation's databases and roles from those of others on the same server.
create table installation (
    singleton boolean primary key default true check (singleton),
    id        text not null check (id ~ '^[0-9a-f]{8}$')
);
insert into installation (id) values (left(gen_random_uuid()::text, 8));

create table platform (
    id           text primary key check (id ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(id) between 3 and 40),
    display_name text not null,
    created_at   timestamptz not null
);

-- Revisions of the layers that live here: allowlist, platform:<p>, segment:<p>:<s>, attributes:<t>.
create table layer_revision (
    layer          text collate "C" not null,
    number         bigint not null check (number >= 1),
    kind           text not null check (kind in ('change', 'rollback', 'import', 'expiry')),
    document       text not null,
    author         text not null,
    at             timestamptz not null,
    comment        text,
    parent         bigint not null check (parent = number - 1),
    restores       bigint check (restores >= 0 and restores < number),
    change_id      uuid not null,
    schema_version text not null,
    hash           bytea not null,
    primary key (layer, number)
);

-- Where each layer stands. For layer `tenant:<t>` it is the published head: the read model that everybody but the tenant's own writer uses.
create table layer_head (
    layer          text collate "C" primary key,
    platform       text references platform (id),
    incarnation    integer not null default 0,
    number         bigint not null,
    document       text not null,
    changed_at     timestamptz not null,
    changed_in     xid8 not null default pg_current_xact_id(),   -- the transaction, so that a poll misses none, whenever it committed
    chain_sequence bigint,          -- last event of the tenant's audit chain, so that a cut tail is noticed
    chain_hash     bytea
);
create index layer_head_changed_in on layer_head (changed_in);
create function stamp_change() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id();
    return new;
end
$$;
create trigger stamp_change before update on layer_head for each row execute function stamp_change();
create index layer_head_platform on layer_head (platform, layer);
insert into layer_head (layer, number, document, changed_at) values ('allowlist', 0, '{}', now());

-- One row per leaf that a layer's current document sets: which revision set it (explain) and who overrides what (impact).
create table layer_leaf (
    layer    text collate "C" not null,
    platform text,
    pointer  text collate "C" not null,
    value    text not null,
    number   bigint not null,
    primary key (layer, pointer)
);
create index layer_leaf_tenants on layer_leaf (platform, pointer, layer) where layer like 'tenant:%';

-- The registry: a row for ever, so that an id is never reused. Attributes and status are revisioned as layer `attributes:<t>`; the columns
-- from display_name on are their read model, for lists.
create table tenant (
    id            text primary key check (id ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(id) between 3 and 40),
    platform      text not null references platform (id),
    cluster       text not null,
    database_name text not null unique,
    role_name     text not null unique,
    role_password text not null,
    migration     integer not null default 0,   -- the newest tenant migration that its database has
    created_at    timestamptz not null,
    display_name  text not null,
    tier          text,
    region        text,
    status        text not null check (status in ('provisioning', 'active', 'suspended', 'offboarding', 'offboarded'))
);
create index tenant_platform on tenant (platform, id);
create index tenant_migration on tenant (migration);

-- A tenant whose database is being made: all that is needed to finish it without the one who asked.
create table tenant_creation (
    tenant      text primary key references tenant (id),
    attributes  text not null,      -- the document of the attributes' first revision
    act         text not null,      -- who asked, when and why, as JSON
    caller      text,               -- of the idempotency key whose answer this is; null without a key
    key         text,
    status      integer not null,
    headers     text not null,
    body        bytea not null,
    lease_until timestamptz not null
);

-- Runs that bring all tenants' databases to a newer schema. A tenant's row stays `pending` until it is done or has failed.
create table fleet_migration (
    id          uuid primary key,
    target      integer not null,
    started_at  timestamptz not null,
    finished_at timestamptz
);
create unique index fleet_migration_running on fleet_migration ((true)) where finished_at is null;
create table fleet_migration_tenant (
    run         uuid not null references fleet_migration (id),
    tenant      text not null references tenant (id),
    state       text not null default 'pending' check (state in ('pending', 'done', 'failed')),
    error       text,
    lease_until timestamptz,
    primary key (run, tenant)
);
create index fleet_migration_tenant_pending on fleet_migration_tenant (run, tenant) where state = 'pending';

-- Answers by idempotency key. A row without status is still running, until its lease ends; then the next request takes it over as its
-- new holder, and whatever the former one still tries to commit under the key is refused.
create table idempotency (
    caller       text not null,
    key          text not null,
    request_hash bytea not null,
    holder       uuid not null,
    lease_until  timestamptz not null,
    created_at   timestamptz not null,
    status       integer,
    headers      text,
    body         bytea,
    primary key (caller, key)
);
create index idempotency_created_at on idempotency (created_at);

-- A tenant write that is under way: made before the tenant's transaction, deleted by the one that publishes it.
create table intent (
    id          uuid primary key,
    tenant      text not null references tenant (id),
    base        bigint not null,
    lease_until timestamptz not null,
    caller      text,               -- of the idempotency key whose answer this is; null without a key
    key         text,
    status      integer not null,
    headers     text not null,
    body        bytea not null
);
create index intent_tenant on intent (tenant);
create index intent_key on intent (caller, key);

-- People behind author ids. The only place with names, so that they can be erased.
create table principal (
    id        text primary key,
    name      text,
    last_seen timestamptz not null
);

-- One hash chain. `body` is the event as canonical JSON; the other columns are derived from it and cannot disagree with it.
create table audit_event (
    sequence  bigint primary key check (sequence >= 1),
    body      text not null,
    hash      bytea not null,
    at        timestamptz not null,
    actor     text not null generated always as (body::json ->> 'actor') stored,
    action    text not null generated always as (body::json ->> 'action') stored,
    scope     text not null generated always as (body::json ->> 'scope') stored,
    layer     text collate "C" generated always as (body::json ->> 'layer') stored,                 -- of the revision that the event records; null without one
    number    bigint generated always as ((body::json ->> 'number')::bigint) stored
);
create index audit_event_scope on audit_event (scope, sequence);
create index audit_event_actor on audit_event (actor, sequence);

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
create trigger append_only before update or delete on layer_revision for each row execute function refuse_change();
create trigger append_only before update or delete on audit_event for each row execute function refuse_change();
create trigger no_truncate before truncate on layer_revision for each statement execute function refuse_change();
create trigger no_truncate before truncate on audit_event for each statement execute function refuse_change();
