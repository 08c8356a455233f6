-- A request of many commits says that it has begun, so that its key is not given back when it fails half-way. Takes a short lock; no table is rewritten.
alter table idempotency add column begun boolean not null default false;

-- Events are forgotten one by one, and each asks whether a dead letter needs it.
create index dead_letter_event on dead_letter (event_id);
