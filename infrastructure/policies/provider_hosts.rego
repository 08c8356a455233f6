# Guards the rendered files of Kong and LiteLLM: `opa eval -d infrastructure/policies -i FILE data.strata.provider_hosts.allow`.
# Undefined means deny: what is none of these files is not allowed either.
package strata.provider_hosts

import data.strata.hosts

allow if {
	is_known
	count(deny) == 0
}

is_known if input._format_version == "3.0"

is_known if is_array(input.model_list)

is_known if is_object(input.tenants)

# Kong calls what services, upstreams and code in plugins say; only services are rendered.
deny contains result("KONG001", "host is not on the allowlist", at) if {
	some at, service in services
	not hosts.is_allowed(object.get(service, "host", ""))
}

deny contains result("KONG002", "upstream is not called by verified https", at) if {
	some at, service in services
	not is_verified(service)
}

deny contains result("KONG003", "a url would override the host", at) if {
	some at, service in services
	service.url
}

deny contains result("KONG004", "an upstream can stand in a host's place", "upstreams") if count(object.get(input, "upstreams", [])) > 0

deny contains result("KONG005", sprintf("plugin '%v' can lead traffic elsewhere", [value.name]), at) if {
	input._format_version
	walk(input, [path, value])
	path[count(path) - 2] == "plugins"
	value.name in {"ai-proxy", "aws-lambda", "azure-functions", "post-function", "pre-function", "redirect"}
	at := concat("/", [sprintf("%v", [part]) | some part in path])
}

deny contains result("LITELLM001", "api_base is not https with a host of the allowlist", at) if {
	some at, deployment in deployments
	not calls_allowed_host(deployment)
}

deny contains result("LITELLM002", "a key stands in the file", at) if {
	some at, deployment in deployments
	some name in ["api_key", "vertex_credentials"]
	value := deployment.litellm_params[name]
	not startswith(value, "os.environ/")
}

services[at] := service if {
	some i, service in input.services
	at := sprintf("services/%d", [i])
}

deployments[at] := deployment if {
	some i, deployment in input.model_list
	at := sprintf("model_list/%d", [i])
}

deployments[at] := deployment if {
	some tenant, policy in input.tenants
	some i, deployment in policy.deployments
	at := sprintf("tenants/%s/deployments/%d", [tenant, i])
}

is_verified(service) if {
	service.protocol == "https"
	service.tls_verify == true
}

calls_allowed_host(deployment) if {
	[[_, host]] := regex.find_all_string_submatch_n(`^https://([a-z0-9.-]+)(?::[0-9]+)?(?:/|$)`, deployment.litellm_params.api_base, 1)
	hosts.is_allowed(host)
}

result(code, msg, path) := {"code": code, "msg": msg, "path": path}
