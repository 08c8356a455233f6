using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>What a Kong node shall serve, in the words of Kong's entities.</summary>
/// <param name="Services">Providers and their replicas, by name.</param>
/// <param name="Consumers">Tenants, by id.</param>
/// <param name="Warnings">What Kong cannot do as configured.</param>
public sealed record KongConfiguration(ImmutableArray<KongService> Services, ImmutableArray<KongConsumer> Consumers, ImmutableArray<RenderWarning> Warnings)
{
    /// <summary>What holds for every request. A node whose configuration is empty never gets ready, so there is always this one.</summary>
    public ImmutableArray<KongPlugin> Plugins { get; } =
        [new("correlation-id", JsonObject.Of(("echo_downstream", Json.True), ("generator", Json.Of("uuid")), ("header_name", Json.Of("X-Request-Id"))))];
}

/// <summary>A provider's endpoint, with the one route that leads to it.</summary>
/// <param name="Name"><c>&lt;platform&gt;.&lt;provider&gt;</c>, for a replica <c>…--&lt;replica&gt;</c>.</param>
/// <param name="Platform">Whose it is.</param>
/// <param name="Upstream">Where calls go.</param>
/// <param name="Route">Which requests are calls to it.</param>
/// <param name="Plugins">What happens to them, by name.</param>
public sealed record KongService(string Name, PlatformId Platform, KongUpstream Upstream, KongRoute Route, ImmutableArray<KongPlugin> Plugins);

/// <summary>An https endpoint.</summary>
/// <param name="Host">A host of the allowlist.</param>
/// <param name="Port">Its port.</param>
/// <param name="Path">Path before the protocol's own; <c>null</c> for none.</param>
/// <param name="TimeoutSeconds">How long it may be silent.</param>
public sealed record KongUpstream(string Host, int Port, string? Path, int TimeoutSeconds);

/// <summary>Which requests a service answers.</summary>
/// <param name="Hosts">Hosts that clients use; empty for any, and then the path starts with the platform.</param>
/// <param name="Path">Prefix of the path, with a slash at its end, so that <c>/openai/</c> does not match <c>/openai-eu/</c>.</param>
public sealed record KongRoute(ImmutableArray<string> Hosts, string Path);

/// <summary>A tenant.</summary>
/// <param name="Tenant">The tenant, and the consumer's <c>username</c> and <c>custom_id</c>.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="Groups">The <c>acl</c> groups that it is in; none unless it is active.</param>
/// <param name="Plugins">Its own limits.</param>
/// <param name="Key">What its tokens are verified with; <c>null</c> when not known.</param>
public sealed record KongConsumer(TenantId Tenant, PlatformId Platform, ImmutableArray<string> Groups, ImmutableArray<KongPlugin> Plugins, KongSigningKey? Key);

/// <summary>A plugin of the service, consumer or configuration that holds it.</summary>
/// <param name="Name">One of Kong's bundled plugins.</param>
/// <param name="Config">Its settings.</param>
public sealed record KongPlugin(string Name, JsonObject Config);
