using System.Collections.Immutable;
using Strata.Model;

namespace Strata.Delivery.LiteLlm;

/// <summary>What LiteLLM's configuration needs beside the brands' and tenants' own.</summary>
public sealed record LiteLlmFacts
{
    /// <summary>Whether the proxy has a licence. Without one, what needs it is left out and said in a warning.</summary>
    public bool IsLicensed { get; init; }

    /// <summary>The secret manager that the proxy reads keys from, e.g. <c>hashicorp_vault</c>; <c>null</c> for its environment. Needs the licence.</summary>
    public string? SecretManager { get; init; }

    /// <summary>Whether the proxy's version keeps the entries of its semantic cache apart by key and team (BerriAI/litellm #30675, June 2026).</summary>
    public bool IsolatesSemanticCache { get; init; }

    /// <summary>How long a worker may go on with a team as it was, in seconds.</summary>
    public int CacheLifetimeSeconds { get; init; } = 60;

    /// <summary>Tenants whose spend has reached <c>llm.routing.failover.spendCeilingUsd</c> in this budget period.</summary>
    public ImmutableHashSet<TenantId> FailoverCeilingReached { get; init; } = [];
}
