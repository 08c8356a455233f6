# May a tenant's traffic go to a host? Input: tenant, kind (provider, plugin, telemetry), name of the provider or plugin, host, port.
# There is no default: undefined means deny, so an unknown tenant, kind or host needs no rule of its own.
package strata.egress

import data.strata.hosts

tenant := data.tenants[input.tenant]

allow if {
	tenant.active == true
	is_meant
	not hosts.any_covers(object.get(tenant.egress, "deniedHosts", []), input.host)
	passes_air_gap
}

# A provider: its endpoint as configured, on the installation's list and on the tenant's where it has one, in the tenant's regions.
is_meant if {
	input.kind == "provider"
	provider := tenant.providers[input.name]
	input.host in provider.hosts
	input.port == provider.port
	hosts.is_allowed(input.host)
	hosts.any_covers(object.get(tenant.egress, "allowedHosts", [input.host]), input.host)
	processed_where_allowed(provider)
}

# A plugin: what it says that it calls, and only what the tenant's list has.
is_meant if {
	input.kind == "plugin"
	hosts.any_covers(tenant.plugins[input.name].hosts, input.host)
	hosts.any_covers(tenant.egress.allowedHosts, input.host)
}

is_meant if {
	input.kind == "telemetry"
	input.host in tenant.telemetry
	hosts.any_covers(tenant.egress.allowedHosts, input.host)
}

processed_where_allowed(_) if not tenant.residency.processingRegions

processed_where_allowed(provider) if {
	count(provider.regions) > 0
	every region in provider.regions {
		region in tenant.residency.processingRegions
	}
}

passes_air_gap if tenant.egress.airGap == false

passes_air_gap if {
	some endpoint in tenant.egress.privateEndpoints
	endpoint.host == input.host
}
