using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>Where a tenant is in its life.</summary>
public enum TenantStatus
{
    /// <summary>Its database is being made.</summary>
    Provisioning,

    /// <summary>It is served.</summary>
    Active,

    /// <summary>It is cut off, and everything is kept.</summary>
    Suspended,

    /// <summary>It is being removed.</summary>
    Offboarding,

    /// <summary>Only its tombstone is left.</summary>
    Offboarded,
}

/// <summary>What a tenant is, as its attributes layer says it.</summary>
/// <param name="DisplayName">The name for people.</param>
/// <param name="Tier">The plan, e.g. <c>enterprise</c>; <c>null</c> without one.</param>
/// <param name="Region">Where its data lives; <c>null</c> when not placed yet.</param>
/// <param name="Labels">Free labels that segments can match.</param>
/// <param name="VerifiedHosts">Hosts that are proven to be the tenant's.</param>
/// <param name="Status">Where it is in its life.</param>
public sealed record TenantAttributes(
    string DisplayName,
    string? Tier,
    string? Region,
    ImmutableSortedDictionary<string, string> Labels,
    ImmutableArray<string> VerifiedHosts,
    TenantStatus Status)
{
    /// <summary>Reads the document of an attributes layer.</summary>
    public static TenantAttributes Read(JsonObject document) => new(
        document["displayName"].Text() ?? "",
        document["tier"].Text(),
        document["region"].Text(),
        ((document["labels"] as JsonObject)?.Members.ToArray() ?? []).ToImmutableSortedDictionary(
            label => label.Key, label => label.Value.Text() ?? "", StringComparer.Ordinal),
        document["verifiedHosts"].Texts(),
        StatusOf(document["status"].Text()));

    /// <summary>The status of a word; a tenant without one is active.</summary>
    public static TenantStatus StatusOf(string? word) =>
        Enum.TryParse<TenantStatus>(word, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : TenantStatus.Active;

    /// <summary>Why a layer of a tenant cannot be written; <c>null</c> when it can.</summary>
    /// <param name="status">Where the tenant is in its life.</param>
    /// <param name="layer">Its attributes or its overrides.</param>
    /// <param name="mayWriteSuspended">Whether the writer may write overrides although the tenant is suspended.</param>
    public static Error? RefusalOfWrite(TenantStatus status, LayerKind layer, bool mayWriteSuspended) => status switch
    {
        TenantStatus.Suspended when layer == LayerKind.Tenant && !mayWriteSuspended =>
            new Error(ErrorCodes.Conflict, "The tenant is suspended: only a platform admin may write its overrides."),
        TenantStatus.Offboarding or TenantStatus.Offboarded => new Error(ErrorCodes.Conflict, "The tenant is being offboarded, or was: nothing of it can be written."),
        _ => null,
    };

    /// <summary>The document of the attributes layer.</summary>
    public JsonObject ToDocument() => JsonObject.Of(
        ("displayName", DisplayName.Length == 0 ? null : Json.Of(DisplayName)),
        ("tier", Tier is null ? null : Json.Of(Tier)),
        ("region", Region is null ? null : Json.Of(Region)),
        ("labels", Labels.IsEmpty ? null : JsonObject.Of(Labels.Select(label => KeyValuePair.Create(label.Key, Json.Of(label.Value))))),
        ("verifiedHosts", VerifiedHosts.IsEmpty ? null : Json.Of(VerifiedHosts)),
        ("status", Json.Of(StatusWord(Status))));

    /// <summary>The word of a status on the wire and in storage, e.g. <c>active</c>.</summary>
    public static string StatusWord(TenantStatus status) => status switch
    {
        TenantStatus.Provisioning => "provisioning",
        TenantStatus.Active => "active",
        TenantStatus.Suspended => "suspended",
        TenantStatus.Offboarding => "offboarding",
        TenantStatus.Offboarded => "offboarded",
    };

    /// <summary>The value of an attribute that segments may match: <c>tier</c>, <c>region</c> or <c>labels.&lt;name&gt;</c>; empty when absent.</summary>
    public string Attribute(string name) => name switch
    {
        "tier" => Tier ?? "",
        "region" => Region ?? "",
        _ => Labels.GetValueOrDefault(name["labels.".Length..], ""),
    };
}
