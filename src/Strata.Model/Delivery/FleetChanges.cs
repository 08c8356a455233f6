using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model.Delivery;

/// <summary>What has changed in the layers of an installation, as of one moment.</summary>
/// <param name="Covers">The moment, as PostgreSQL writes a snapshot: every change that it sees is in this answer or in those before.</param>
/// <param name="Allowlist">The allowlist's document; <c>null</c> when it is the same.</param>
/// <param name="Platforms">Platforms of which a layer was changed, or all after a change of the allowlist.</param>
/// <param name="Tenants">The changed tenants.</param>
public sealed record FleetChanges(string Covers, JsonObject? Allowlist, ImmutableArray<ChangedPlatform> Platforms, ImmutableArray<ChangedTenant> Tenants);

/// <summary>A platform of which a layer was changed.</summary>
/// <param name="Layers">What stands above its tenants now.</param>
/// <param name="Version">Equal for equal revisions.</param>
public sealed record ChangedPlatform(PlatformLayers Layers, string Version);

/// <summary>A tenant that was changed.</summary>
/// <param name="Platform">Its platform.</param>
/// <param name="Layers">Its layers now.</param>
/// <param name="Version">Equal for equal revisions.</param>
public sealed record ChangedTenant(PlatformId Platform, TenantLayers Layers, string Version);
