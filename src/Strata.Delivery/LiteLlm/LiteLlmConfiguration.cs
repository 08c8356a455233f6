using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>What a LiteLLM proxy shall serve, in the words of its API.</summary>
/// <param name="Shared">Deployments with the brands' keys, by group: the file's part.</param>
/// <param name="Tenants">Teams and what belongs to them, by tenant: the API's part.</param>
/// <param name="Proxy">What the proxy has once.</param>
/// <param name="Warnings">What LiteLLM cannot do as configured.</param>
public sealed record LiteLlmConfiguration(
    ImmutableArray<LiteLlmDeployment> Shared, ImmutableArray<LiteLlmTenant> Tenants, ProxySettings Proxy, ImmutableArray<RenderWarning> Warnings);

/// <summary>One endpoint of one model.</summary>
/// <param name="Id">Stable: a retried create does not double it.</param>
/// <param name="Group">
/// The <c>model_name</c>: <c>&lt;platform&gt;--&lt;provider&gt;--&lt;model&gt;</c>, for a tenant's own <c>t.&lt;tenant&gt;--&lt;provider&gt;--&lt;model&gt;</c>.
/// A group never mixes providers, so that nobody is routed to one that is not allowed or lies elsewhere.
/// </param>
/// <param name="Parameters">The <c>litellm_params</c>; never a key itself.</param>
/// <param name="Info">The <c>model_info</c> without the id.</param>
public sealed record LiteLlmDeployment(Guid Id, string Group, JsonObject Parameters, JsonObject Info)
{
    /// <summary>The deployment as the file and <c>/model/new</c> take it.</summary>
    public JsonObject ToJson() => JsonObject.Of(
        ("litellm_params", Parameters), ("model_info", Info.With("id", Json.Of(Id.ToString()))), ("model_name", Json.Of(Group)));
}

/// <summary>A tenant in LiteLLM.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Team">Its team, as <c>/team/new</c> takes it.</param>
/// <param name="Keys">What every virtual key of it is made with, as <c>/key/generate</c> takes it.</param>
/// <param name="MaximumKeys">How many keys it may hold; <c>null</c> for any number.</param>
/// <param name="Credentials">Its own keys for providers, by reference.</param>
/// <param name="Deployments">Deployments with those.</param>
public sealed record LiteLlmTenant(
    TenantId Id, JsonObject Team, JsonObject Keys, int? MaximumKeys, ImmutableArray<LiteLlmCredential> Credentials, ImmutableArray<LiteLlmDeployment> Deployments);

/// <summary>A tenant's own key for a provider.</summary>
/// <param name="Name"><c>strata-&lt;tenant&gt;--&lt;provider&gt;</c>.</param>
/// <param name="Reference">Where the value lies: <c>{"$secret": …}</c> with the scope.</param>
public sealed record LiteLlmCredential(string Name, Json Reference);

/// <summary>Settings of which a proxy has one: the strictest over everything that it serves.</summary>
/// <param name="Router">The <c>router_settings</c>.</param>
/// <param name="Logs">Whether messages may be logged.</param>
/// <param name="Cache">The <c>cache_params</c>; <c>null</c> when nothing is cached.</param>
/// <param name="Guardrails">The <c>guardrails</c>.</param>
/// <param name="Telemetry">Environment of the OpenTelemetry callback; <c>null</c> without it.</param>
public sealed record ProxySettings(JsonObject Router, bool Logs, JsonObject? Cache, ImmutableArray<JsonObject> Guardrails, JsonObject? Telemetry);
