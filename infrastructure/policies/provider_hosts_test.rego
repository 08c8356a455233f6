package strata.provider_hosts_test

import data.strata.provider_hosts

allowlist := {"api.openai.com": {"owner": "x", "reason": "x"}}

service := {"name": "d.openai", "host": "api.openai.com", "protocol": "https", "tls_verify": true}

kong(service_list) := {"_format_version": "3.0", "services": service_list}

litellm(params) := {"model_list": [{"model_name": "m", "litellm_params": params}]}

codes(document) := {finding.code | some finding in found} if {
	found := provider_hosts.deny with input as document with data.hosts as allowlist
}

test_kong_as_rendered if provider_hosts.allow with input as kong([service]) with data.hosts as allowlist

test_kong_without_services if provider_hosts.allow with input as kong([]) with data.hosts as allowlist

test_kong_foreign_host if codes(kong([object.union(service, {"host": "evil.example"})])) == {"KONG001"}

test_kong_without_host if "KONG001" in codes(kong([object.remove(service, ["host"])]))

test_kong_http if codes(kong([object.union(service, {"protocol": "http"})])) == {"KONG002"}

test_kong_unverified if codes(kong([object.remove(service, ["tls_verify"])])) == {"KONG002"}

test_kong_url if codes(kong([object.union(service, {"url": "https://evil.example"})])) == {"KONG003"}

test_kong_upstream if codes(object.union(kong([service]), {"upstreams": [{"name": "api.openai.com"}]})) == {"KONG004"}

test_kong_code_in_a_nested_plugin if {
	nested := object.union(service, {"plugins": [{"name": "pre-function"}]})
	codes(kong([nested])) == {"KONG005"}
}

test_litellm_as_rendered if {
	rendered := litellm({"api_base": "https://api.openai.com/v1", "api_key": "os.environ/KEY"})
	provider_hosts.allow with input as rendered with data.hosts as allowlist
}

test_litellm_port if codes(litellm({"api_base": "https://api.openai.com:8443"})) == set()

test_litellm_foreign_host if codes(litellm({"api_base": "https://evil.example/api.openai.com"})) == {"LITELLM001"}

test_litellm_user_in_the_address if codes(litellm({"api_base": "https://api.openai.com@evil.example"})) == {"LITELLM001"}

test_litellm_without_api_base if codes(litellm({"model": "openai/gpt"})) == {"LITELLM001"}

test_litellm_http if codes(litellm({"api_base": "http://api.openai.com"})) == {"LITELLM001"}

test_litellm_key if codes(litellm({"api_base": "https://api.openai.com", "api_key": "abc"})) == {"LITELLM002"}

test_tenants_own_deployments if {
	keys := {"tenants": {"acme": {"deployments": [{"litellm_params": {"api_base": "https://evil.example"}}]}}}
	codes(keys) == {"LITELLM001"}
}

test_anything_else_is_undefined if not provider_hosts.allow with input as {"services": []} with data.hosts as allowlist

test_nothing_is_undefined if not provider_hosts.allow with input as {} with data.hosts as allowlist
