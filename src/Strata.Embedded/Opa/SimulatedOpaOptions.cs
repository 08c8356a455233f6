using System.Collections.Immutable;

namespace Strata.Embedded.Opa;

/// <summary>How a simulated OPA instance is configured: the parts of OPA's own configuration that concern bundles, status and decision logs.</summary>
public sealed record SimulatedOpaOptions
{
    /// <summary>The base address of the service, <c>services.*.url</c>.</summary>
    public required Uri Service { get; init; }

    /// <summary>The path of the bundle under the service, <c>bundles.*.resource</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The name of the bundle.</summary>
    public string Bundle { get; init; } = "strata";

    /// <summary>The bearer token. Null: none is sent.</summary>
    public string? Token { get; init; }

    /// <summary>The key that bundles must be signed with. Null: signed bundles are refused.</summary>
    public OpaKey? Key { get; init; }

    /// <summary>The scope that the signature must name. Null: any.</summary>
    public string? Scope { get; init; }

    /// <summary>How long the service may hold a poll, <c>long_polling_timeout_seconds</c>; whole seconds. Null: no long polling.</summary>
    public TimeSpan? LongPolling { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest time between two polls that are not held.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time between two polls that are not held, and between retries.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The path for status reports under the service. Null: none are sent.</summary>
    public string? Status { get; init; } = "status";

    /// <summary>The path for decision logs under the service.</summary>
    public string DecisionLogs { get; init; } = "logs";

    /// <summary>Labels beside <c>id</c> and <c>version</c>.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The version that the instance says it has.</summary>
    public string Version { get; init; } = "1.4.2";

    /// <summary>Replays the random times between polls.</summary>
    public int Seed { get; init; }

    /// <summary>Tells the time and how long waits last.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
