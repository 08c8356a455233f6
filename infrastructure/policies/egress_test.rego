package strata.egress_test

import data.strata.egress

allowlist := {"api.openai.com": {"owner": "x", "reason": "x"}, "llm.acme.example": {"owner": "x", "reason": "x"}}

acme := {
	"active": true,
	"egress": {"allowedHosts": ["api.openai.com", "*.atlassian.net", "otel.example"], "deniedHosts": ["bad.atlassian.net"], "airGap": false},
	"plugins": {"jira": {"hosts": ["*.atlassian.net", "*.elsewhere.example"]}},
	"providers": {
		"openai": {"hosts": ["api.openai.com"], "port": 443, "regions": ["eu"]},
		"own": {"hosts": ["llm.acme.example"], "port": 443, "regions": ["eu"]},
		"foreign": {"hosts": ["evil.example"], "port": 443, "regions": ["eu"]},
	},
	"residency": {"processingRegions": ["eu"]},
	"telemetry": ["otel.example", "evil.example"],
}

openai := {"tenant": "acme", "kind": "provider", "name": "openai", "host": "api.openai.com", "port": 443}

jira := {"tenant": "acme", "kind": "plugin", "name": "jira", "host": "acme.atlassian.net", "port": 443}

otel := {"tenant": "acme", "kind": "telemetry", "name": "traces", "host": "otel.example", "port": 443}

asked(request, changes) if egress.allow with input as request with data.tenants as {"acme": object.union(acme, changes)} with data.hosts as allowlist

test_provider if asked(openai, {})

test_plugin if asked(jira, {})

test_telemetry if asked(otel, {})

test_unknown_tenant_is_undefined if not asked(object.union(openai, {"tenant": "nobody"}), {})

test_unknown_kind_is_undefined if not asked(object.union(openai, {"kind": "other"}), {})

test_empty_input_is_undefined if not asked({}, {})

test_no_data_is_undefined if not egress.allow with input as openai with data.tenants as {} with data.hosts as allowlist

test_suspended_tenant if not asked(openai, {"active": false})

test_provider_that_is_off if not asked(openai, {"providers": {"openai": null}})

test_host_of_another_provider if not asked(object.union(openai, {"name": "own"}), {})

test_other_port if not asked(object.union(openai, {"port": 8443}), {})

test_host_that_the_installation_does_not_allow if not asked(object.union(openai, {"name": "foreign", "host": "evil.example"}), {"egress": {"allowedHosts": ["evil.example"]}})

test_host_that_the_tenant_s_list_lacks if not asked(object.union(openai, {"name": "own", "host": "llm.acme.example"}), {})

test_provider_without_a_list_of_the_tenant if {
	open := object.union(object.remove(acme, ["egress"]), {"egress": {"airGap": false}})
	egress.allow with input as openai with data.tenants as {"acme": open} with data.hosts as allowlist
}

test_plugin_without_a_list_of_the_tenant if {
	open := object.union(object.remove(acme, ["egress"]), {"egress": {"airGap": false}})
	not egress.allow with input as jira with data.tenants as {"acme": open} with data.hosts as allowlist
}

test_region if not asked(openai, {"residency": {"processingRegions": ["us"]}})

test_unknown_regions if not asked(openai, {"providers": {"openai": {"regions": []}}})

test_denied_host_wins if not asked(object.union(jira, {"host": "bad.atlassian.net"}), {})

test_plugin_host_outside_the_list if not asked(object.union(jira, {"host": "a.elsewhere.example"}), {})

test_telemetry_outside_the_list if not asked(object.union(otel, {"host": "evil.example"}), {})

test_air_gap if not asked(openai, {"egress": {"airGap": true}})

test_air_gap_with_a_private_endpoint if asked(openai, {"egress": {"airGap": true, "privateEndpoints": {"llm": {"host": "api.openai.com", "port": 443}}}})
