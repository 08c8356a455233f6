using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Storage.Delivery;

/// <summary>Conditions as they are stored: a JSON array.</summary>
internal static class Conditions
{
    /// <summary>Gives new observations the moment since which they hold: that of the same condition before, where its status is the same.</summary>
    public static ImmutableArray<Condition> Keep(ImmutableArray<Condition> before, ImmutableArray<Condition> now, DateTimeOffset at) =>
    [
        .. now.Select(condition => condition with
        {
            Since = before.FirstOrDefault(old => old.Type == condition.Type && old.Tenant == condition.Tenant && old.Status == condition.Status)?.Since ?? at,
        }),
    ];

    public static string Write(ImmutableArray<Condition> conditions) => new JsonArray([.. conditions.Select(condition => JsonObject.Of(
        ("message", Json.Of(condition.Message)),
        ("reason", Json.Of(condition.Reason)),
        ("since", condition.Since is { } since ? Json.Of(since.Rfc3339()) : null),
        ("status", condition.Status is { } status ? Json.Of(status) : null),
        ("tenant", condition.Tenant is { } tenant ? Json.Of(tenant.Text) : null),
        ("type", Json.Of(condition.Type))))]).ToString();

    public static ImmutableArray<Condition> Read(string text) =>
    [
        .. ((JsonArray)Json.Trusted(text)).Items.Select(item => new Condition(
            item.Member("type").Text()!, Status(item.Member("status")), item.Member("reason").Text()!, item.Member("message").Text()!)
        {
            Since = item.Member("since").Text() is { } since ? DateTimeOffset.Parse(since, System.Globalization.CultureInfo.InvariantCulture) : null,
            Tenant = item.Member("tenant").Text() is { } tenant ? TenantId.Parse(tenant) : null,
        }),
    ];

    private static bool? Status(Json? value) => value is null ? null : value.IsTrue();
}
