using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model.Delivery;

namespace Strata.Server.Targets;

/// <summary>What the settings of this server name.</summary>
internal static class TargetParts
{
    /// <summary>All parts of targets.</summary>
    public static ImmutableArray<(TargetId Target, string Part)> Parts(this IEnumerable<ITarget> targets) =>
        [.. targets.SelectMany(target => target.Parts, static (target, part) => (target.Id, part))];
}
