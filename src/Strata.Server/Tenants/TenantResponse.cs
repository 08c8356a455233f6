using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Http;
using Strata.Storage;

namespace Strata.Server.Tenants;

/// <summary>A tenant.</summary>
/// <param name="Id">Its id, unique over all platforms.</param>
/// <param name="Platform">Its platform, for ever.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Tier">Its plan; <c>null</c> without one.</param>
/// <param name="Region">Where its database lies; <c>null</c> where the installation knows no regions.</param>
/// <param name="Labels">Words to match segments on.</param>
/// <param name="VerifiedHosts">Hosts that are proven to be its own.</param>
/// <param name="Status"><c>provisioning</c>, <c>active</c>, <c>suspended</c>, <c>offboarding</c> or <c>offboarded</c>.</param>
/// <param name="Revision">The number of its attributes' newest revision.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record TenantResponse(
    string Id, string Platform, string DisplayName, string? Tier, string? Region, ImmutableSortedDictionary<string, string> Labels,
    ImmutableArray<string> VerifiedHosts, string Status, long Revision, DateTimeOffset CreatedAt)
{
    internal static TenantResponse Of(TenantRecord tenant) => new(
        tenant.Id.Text, tenant.Platform.Text, tenant.Attributes.DisplayName, tenant.Attributes.Tier, tenant.Attributes.Region, tenant.Attributes.Labels,
        tenant.Attributes.VerifiedHosts, TenantAttributes.StatusWord(tenant.Attributes.Status), tenant.Revision.Number, tenant.CreatedAt);

    internal static string ETag(TenantRecord tenant) => LayerName.Attributes.ETag(tenant.Revision);
}

/// <summary>A page of tenants, by id.</summary>
/// <param name="Items">The tenants.</param>
/// <param name="NextCursor">For the next page; <c>null</c> after the last.</param>
public sealed record TenantPage(ImmutableArray<TenantResponse> Items, string? NextCursor);

/// <summary>A tenant to be made.</summary>
/// <param name="Id">Its id: a slug of 3 to 40 characters that no tenant ever had.</param>
/// <param name="Platform">Its platform, for ever.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Tier">Its plan.</param>
/// <param name="Region">Where its database is to lie; the first of the platform's data regions when absent.</param>
/// <param name="Labels">Words to match segments on; the values are texts.</param>
public sealed record CreateTenantRequest(string Id, string Platform, string DisplayName, string? Tier, string? Region, JsonObject? Labels)
{
    internal static Result<CreateTenantRequest> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var request = new CreateTenantRequest(
            members.Id<TenantId>("id", TenantId.TryParse).Text, members.Id<PlatformId>("platform", PlatformId.TryParse).Text, members.Text("displayName"),
            members.OptionalText("tier"), members.OptionalText("region"), members.OptionalObject("labels"));
        return members.Error is { } error ? error : request;
    }
}

/// <summary>Why a tenant's status is changed.</summary>
/// <param name="Reason">For the audit; at most 1000 characters.</param>
public sealed record StatusRequest(string? Reason)
{
    internal static Result<StatusRequest> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var request = new StatusRequest(members.OptionalText("reason"));
        return members.Error is { } error ? error : request;
    }
}
