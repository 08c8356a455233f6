using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Delivery.Kong;

/// <summary>A configuration as it is sent. The same text for every node, so that one hash proves them all.</summary>
/// <param name="Configuration">What it says.</param>
/// <param name="Utf8">Its text: canonical JSON, half the size of the file for people; a node takes 10 MB unless it is told otherwise.</param>
/// <param name="Hash">MD5 of the text in lower-case hexadecimal, which is how a node names the configuration that it serves.</param>
internal sealed record KongText(KongConfiguration Configuration, ReadOnlyMemory<byte> Utf8, string Hash)
{
    /// <summary>The hash of a node that serves nothing, e.g. after a restart.</summary>
    public const string NoHash = "00000000000000000000000000000000";

    /// <summary>How many services and consumers each brand has: what the guard against mass deletion measures with.</summary>
    public ImmutableSortedDictionary<string, int> Objects { get; } = Configuration.Services.Select(service => $"{service.Platform} services")
        .Concat(Configuration.Consumers.Select(consumer => $"{consumer.Platform} consumers"))
        .CountBy(key => key).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>What Kong cannot do as configured, once for everybody and once for each tenant concerned.</summary>
    public ImmutableArray<Condition> Conditions { get; } =
    [
        .. from warning in Configuration.Warnings
           where warning.Subject != "kong" // the issuer's key has a condition of its own
           let tenant = warning.Subject.Split('/') is [_, var id] ? TenantId.Parse(id) : (TenantId?)null
           group warning by tenant into warnings
           select new Condition("Incomplete", true, "NotRendered", string.Join("; ", warnings)) { Tenant = warnings.Key },
    ];

    /// <summary>The text of a configuration.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "Kong's choice; it tells texts apart and protects nothing.")]
    public static KongText Of(KongConfiguration configuration)
    {
        var utf8 = KongFile.Document(configuration).ToUtf8();
        return new KongText(configuration, utf8, Convert.ToHexStringLower(MD5.HashData(utf8)));
    }
}

/// <summary>Renders once for all nodes, and again only when something has changed.</summary>
/// <param name="fleet">Everything that is rendered.</param>
internal sealed class KongTexts(Fleet fleet)
{
    private readonly Lock _rendering = new();
    private (FleetState State, KongFacts Facts, KongText Text)? _last;

    /// <summary>The text for a state of the fleet.</summary>
    public KongText Of(FleetState state, KongFacts facts)
    {
        lock (_rendering)
        {
            if (_last is { } last && ReferenceEquals(last.State.Brands, state.Brands) && ReferenceEquals(last.State.Allowlist, state.Allowlist) && last.Facts == facts)
                return last.Text;
            var text = KongText.Of(KongDesired.Of(fleet.Of(KongTarget.Kind, state), facts));
            _last = (state, facts, text);
            return text;
        }
    }
}
