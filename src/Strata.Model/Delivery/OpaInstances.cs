using System.Collections.Immutable;

namespace Strata.Model.Delivery;

/// <summary>What an OPA said of itself.</summary>
/// <param name="Id">Its label <c>id</c>: its own, or made up at each of its starts.</param>
/// <param name="Revision">The bundle that it serves; <c>null</c> when it serves none.</param>
/// <param name="Message">Why it could not fetch or activate one, in its own words; empty when nothing was wrong.</param>
/// <param name="ReportedAt">When it said so.</param>
public sealed record OpaInstance(string Id, string? Revision, string Message, DateTimeOffset ReportedAt);

/// <summary>Every OPA of a platform that was heard of lately.</summary>
/// <param name="At">When this was read, by the clock that <see cref="OpaInstance.ReportedAt"/> goes by.</param>
/// <param name="All">The instances by id.</param>
public sealed record OpaInstances(DateTimeOffset At, ImmutableArray<OpaInstance> All);
