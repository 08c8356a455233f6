# What a list of host patterns covers. The allowlist is `data.hosts`; entries that the scheduler has marked as expired do not count.
package strata.hosts

allowed contains pattern if {
	some pattern, entry in data.hosts
	object.get(entry, "status", "active") != "expired"
}

# A pattern is a host, or `*.` with the domain above one label or more.
covers(pattern, host) if pattern == host

covers(pattern, host) if {
	startswith(pattern, "*.")
	endswith(host, substring(pattern, 1, -1))
	count(host) > count(pattern) - 1
}

any_covers(patterns, host) if {
	some pattern in patterns
	covers(pattern, host)
}

is_allowed(host) if any_covers(allowed, host)
