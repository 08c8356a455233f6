# Strikes out in decision logs what the tenant's `logging` section names: members by name, values by pattern.
package system.log

redact := data.tenants[input.input.tenant].redact

mask contains pointer(path) if {
	walk(input.input, [path, _])
	path[count(path) - 1] in redact.fields
}

mask contains {"op": "upsert", "path": pointer(path), "value": "***"} if {
	walk(input.input, [path, value])
	is_string(value)
	some pattern in redact.patterns
	regex.match(pattern, value)
}

# Whose rules hold is not known, so nothing of it is kept.
mask contains "/input" if not redact

pointer(path) := concat("/", array.concat(["/input"], [escaped | some part in path; escaped := replace(replace(sprintf("%v", [part]), "~", "~0"), "/", "~1")]))
