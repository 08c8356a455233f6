package strata.hosts_test

import data.strata.hosts

allowlist := {
	"api.openai.com": {"owner": "x", "reason": "x"},
	"late.example": {"owner": "x", "reason": "x", "status": "expired"},
	"*.openai.azure.com": {"owner": "x", "reason": "x"},
}

test_exact_host if hosts.is_allowed("api.openai.com") with data.hosts as allowlist

test_host_below_a_pattern if hosts.is_allowed("acme.openai.azure.com") with data.hosts as allowlist

test_the_domain_of_a_pattern_is_not_covered if not hosts.is_allowed("openai.azure.com") with data.hosts as allowlist

test_a_longer_name_is_not_covered if not hosts.is_allowed("evilopenai.azure.com") with data.hosts as allowlist

test_expired if not hosts.is_allowed("late.example") with data.hosts as allowlist

test_no_list_allows_nothing if not hosts.is_allowed("api.openai.com") with data.hosts as {}
