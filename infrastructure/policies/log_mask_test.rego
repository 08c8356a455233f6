package system.log_test

import data.system.log

tenants := {"acme": {"redact": {"fields": ["password", "a/b"], "patterns": [`[0-9]{3}-[0-9]{2}`]}}}

masked(logged) := found if found := log.mask with input as {"input": logged} with data.tenants as tenants

test_named_members_at_any_depth if masked({"tenant": "acme", "password": "x", "in": [{"password": "y"}]}) == {"/input/password", "/input/in/0/password"}

test_names_are_escaped if masked({"tenant": "acme", "a/b": "x"}) == {"/input/a~1b"}

test_values_by_pattern if masked({"tenant": "acme", "id": "no 123-45"}) == {{"op": "upsert", "path": "/input/id", "value": "***"}}

test_nothing_to_strike_out if masked({"tenant": "acme", "host": "h"}) == set()

test_unknown_tenant if masked({"tenant": "nobody", "password": "x"}) == {"/input"}
