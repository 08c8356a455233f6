-- What a target should serve is computed anew for each attempt and was never read from here. Takes a short lock on one table.
alter table delivery drop column desired;
