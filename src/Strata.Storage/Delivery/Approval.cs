using System.Collections.Immutable;
using Strata.Model.Delivery;

namespace Strata.Storage.Delivery;

/// <summary>A plan that somebody lets be carried out although it is blocked.</summary>
/// <param name="Target">Whose plan.</param>
/// <param name="Scope">What of the target.</param>
/// <param name="Hash">The hash that was approved: of the whole plan, or of one unit's.</param>
/// <param name="Units">The units that it is for, each with the hash of its own plan; <c>null</c> where it has none.</param>
public sealed record Approval(TargetId Target, Scope Scope, string Hash, ImmutableArray<(DeliveryKey Key, string? Plan)> Units);
