using System.Globalization;
using Strata.Faults.Tests.Processes;

namespace Strata.Faults.Tests.Crashes;

/// <summary>Where a deed must show.</summary>
internal enum DeedKind
{
    Overrides,
    Platform,
    Apply,
    Attributes,
    Status,
    Creation,
}

/// <summary>A write that somebody asked for: under an idempotency key which is its comment as well, so that history tells it from all others.</summary>
/// <param name="Kind">What it writes.</param>
/// <param name="Subject">The tenant or platform.</param>
/// <param name="Value">A number that no other deed writes; every deed writes it in two places.</param>
/// <param name="Ask">The request.</param>
internal sealed record Deed(DeedKind Kind, string Subject, int Value, Ask Ask)
{
    public string Mark => Ask.Key!;

    /// <summary>The first final answer; <c>null</c> while nobody knows.</summary>
    public Got? Answer { get; set; }

    public static Deed Overrides(string mark, string tenant, int value, string etag) => new(
        DeedKind.Overrides, tenant, value, new Ask("PATCH", $"/v1/tenants/{tenant}/overrides?comment={mark}", Quotas("requestsPerMinute", "users", value)) { Key = mark, IfMatch = etag });

    public static Deed Platform(string mark, string platform, int value, string etag) => new(
        DeedKind.Platform, platform, value,
        new Ask("PATCH", $"/v1/platforms/{platform}/config?comment={mark}", Quotas("requestsPerMonth", "tokensPerMinute", value)) { Key = mark, IfMatch = etag });

    /// <summary>A brand, a segment of it and a tenant, which may be new, at once.</summary>
    public static Deed Apply(string mark, string platform, string tenant, int value) => new(
        DeedKind.Apply, tenant, value,
        new Ask("POST", $"/v1/apply?comment={mark}", string.Create(CultureInfo.InvariantCulture, $$$"""
            {"items":[
              {"kind":"platform","id":"{{{platform}}}","document":{"displayName":"Brand","quotas":{"storageGb":{{{value}}} } } },
              {"kind":"segment","id":"all","platform":"{{{platform}}}","document":{"displayName":"All","priority":1,"match":{"all":true},"config":{"quotas":{"concurrentRequests":{{{value}}} } } } },
              {"kind":"tenant","id":"{{{tenant}}}","platform":"{{{platform}}}","document":{"displayName":"{{{mark}}}","quotas":{"requestsPerMinute":{{{value}}},"users":{{{value}}} } } }]}
            """)) { Key = mark });

    public static Deed Rename(string mark, string tenant, string etag) => new(
        DeedKind.Attributes, tenant, 0, new Ask("PATCH", $"/v1/tenants/{tenant}?comment={mark}", $$"""{"displayName":"{{mark}}"}""") { Key = mark, IfMatch = etag });

    public static Deed Status(string mark, string tenant, bool suspend) => new(
        DeedKind.Status, tenant, 0, new Ask("POST", $"/v1/tenants/{tenant}/{(suspend ? "suspend" : "resume")}", $$"""{"reason":"{{mark}}"}""") { Key = mark });

    public static Deed Creation(string mark, string tenant, string platform) => new(
        DeedKind.Creation, tenant, 0, new Ask("POST", "/v1/tenants", $$"""{"id":"{{tenant}}","platform":"{{platform}}","displayName":"Tenant"}""") { Key = mark });

    private static string Quotas(string one, string other, int value) => string.Create(CultureInfo.InvariantCulture, $$$"""{"quotas":{"{{{one}}}":{{{value}}},"{{{other}}}":{{{value}}}}}""");
}
