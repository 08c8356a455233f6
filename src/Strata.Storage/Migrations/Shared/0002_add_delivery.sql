-- Delivery: what has changed and is not taken up yet, where every target stands, and the events of all changes. Creates tables only: no lock on
-- others, done at once. The first start marks everything, so that installations from before are delivered, too.

-- Written by the transaction that changes a layer, taken and deleted by whichever server is first, and spread over `delivery`.
create table delivery_mark (
    id       bigint generated always as identity primary key,
    scope    text not null,             -- all, platform:<p>, tenant:<t>
    platform text,                      -- that the scope is or belongs to; null for all
    kind     text                       -- of the targets that alone are concerned; null for all
);
insert into delivery_mark (scope) values ('all');

-- A row for each unit of delivery, for ever: its place in the queue and where its target stands.
create table delivery (
    target      text collate "C" not null,
    scope       text collate "C" not null,
    part        text collate "C" not null,
    due_at      timestamptz not null,
    not_before  timestamptz not null default '-infinity',   -- a mark makes it due at once, but not before this
    generation  bigint not null default 1,                  -- grows with every mark
    requests    bigint not null default 0,                  -- grows whenever somebody asks for it
    done        bigint not null default 0,                  -- the generation that the last finished attempt began with
    attempts    integer not null default 0,
    fence       bigint not null default 0,                  -- grows with every claim
    lease_until timestamptz,                                -- null while nobody works on it
    status      text not null default 'Unknown' check (status in ('Synced', 'OutOfSync', 'Unknown')),
    health      text not null default 'Unknown' check (health in ('Healthy', 'Progressing', 'Degraded', 'Unknown')),
    conditions  text not null default '[]',
    message     text not null default '',
    notes       text not null default '',
    desired     text,
    applied     text,
    refused     text,
    approved    text,
    covers      pg_snapshot,                                -- changes that this snapshot sees are proven to be served
    proven_at   timestamptz,
    primary key (target, scope, part)
);
create index delivery_due on delivery (target, due_at);

-- What happened, in the words of the platform's event envelope; written by the transaction that made it so. Sequences have no gaps for each scope.
create table event_head (
    scope    text collate "C" primary key,
    sequence bigint not null
);
create table event (
    scope       text collate "C" not null,
    sequence    bigint not null check (sequence >= 1),
    id          uuid not null unique,
    type        text not null,
    platform    text,
    tenant      text,
    layer       text collate "C",           -- of the revision that the event tells of; null for others
    incarnation integer,
    number      bigint,
    body        text not null,              -- the envelope, as it is sent
    at          timestamptz not null,
    written_in  xid8 not null default pg_current_xact_id(),
    primary key (scope, sequence)
);
create index event_layer on event (layer, incarnation desc, number desc) where layer is not null;

-- How far each webhook has come; what it gave up on is kept until somebody asks for it again.
create table webhook_cursor (
    webhook  text collate "C" not null,
    scope    text collate "C" not null,
    sequence bigint not null,
    attempts integer not null default 0,    -- of the event after it
    primary key (webhook, scope)
);
create table dead_letter (
    webhook   text collate "C" not null,
    event_id  uuid not null references event (id),
    attempts  integer not null,
    error     text not null,
    at        timestamptz not null,
    replay    boolean not null default false,
    primary key (webhook, event_id)
);
create index dead_letter_replay on dead_letter (webhook) where replay;

-- The bundle that each OPA said that it serves, by its own id.
create table opa_instance (
    platform    text not null references platform (id),
    instance    text not null,
    revision    text,                       -- active; null before the first activation
    message     text not null default '',   -- the error of the last download or activation; empty when it went well
    reported_at timestamptz not null,
    primary key (platform, instance)
);
