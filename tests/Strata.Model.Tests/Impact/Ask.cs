using System.Globalization;
using Strata.Model.Documents;

namespace Strata.Model.Tests.Impact;

/// <summary>
/// What one layer asks for, a place of each rule that bounds, in plain types; null where it says nothing. <see cref="Of"/> says in a few lines, which
/// know nothing of shapes, merging and provenance, what is to come of several.
/// </summary>
internal sealed record Ask
{
    private static readonly string[] Hosts = ["a.example", "b.example", "c.example", "d.example"];

    public int? Requests { get; init; } // at most

    public int? KeptDays { get; init; } // at least

    public bool? LegalHold { get; init; } // only enable

    public bool? Export { get; init; } // only disable

    public string[]? Allowed { get; init; } // subset

    public string[]? Denied { get; init; } // superset

    public string? Mode { get; init; } // stricter

    public string? Name { get; init; } // replace

    public static readonly string[] Pointers =
    [
        "/quotas/requestsPerMinute", "/archival/minimumRetentionDays", "/archival/legalHold", "/archival/exportEnabled",
        "/egress/allowedHosts", "/egress/deniedHosts", "/guardrails/mode", "/branding/productName",
    ];

    public static readonly Ask Core = new() { KeptDays = 0, LegalHold = false, Export = true, Mode = "detect" };

    public static Ask Random(Random random) => new()
    {
        Requests = Maybe(random, 2, () => random.Next(1, 8) * 100),
        KeptDays = Maybe(random, 2, () => random.Next(0, 5) * 10),
        LegalHold = Maybe(random, 3, () => random.Next(2) == 0),
        Export = Maybe(random, 3, () => random.Next(2) == 0),
        Allowed = random.Next(2) == 0 ? Some(random) : null,
        Denied = random.Next(2) == 0 ? Some(random) : null,
        Mode = random.Next(2) == 0 ? random.Next(2) == 0 ? "detect" : "block" : null,
        Name = random.Next(2) == 0 ? $"Name {random.Next(4)}" : null,
    };

    /// <summary>What is in force: the platform over core, below it at each place the last of the segments that says something, then the tenant.</summary>
    public static Ask Of(Ask platform, IReadOnlyList<Ask> segments, Ask tenant)
    {
        var granted = platform.Over(Core, isBound: false);
        var segment = segments.Aggregate(new Ask(), static (sum, next) => next.Over(sum, isBound: false));
        return tenant.Over(segment.Over(granted, isBound: true), isBound: true);
    }

    /// <summary>Every place that has a value.</summary>
    public IEnumerable<(string Pointer, string Value)> Places()
    {
        string?[] values =
        [
            Requests?.ToString(CultureInfo.InvariantCulture), KeptDays?.ToString(CultureInfo.InvariantCulture), Text(LegalHold), Text(Export),
            Text(Allowed), Text(Denied), Mode is null ? null : $"\"{Mode}\"", Name is null ? null : $"\"{Name}\"",
        ];
        return Pointers.Zip(values).Where(static place => place.Second is not null).Select(static place => (place.First, place.Second!));
    }

    public JsonObject Document() => Places().Aggregate(JsonObject.Empty, static (document, place) =>
    {
        var (section, name) = (place.Pointer.Split('/')[1], place.Pointer.Split('/')[2]);
        return document.With(section, ((document[section] as JsonObject) ?? JsonObject.Empty).With(name, Json.Trusted(place.Value)));
    });

    private Ask Over(Ask above, bool isBound) => new()
    {
        Requests = isBound && Requests > above.Requests ? above.Requests : Requests ?? above.Requests,
        KeptDays = isBound && KeptDays < above.KeptDays ? above.KeptDays : KeptDays ?? above.KeptDays,
        LegalHold = isBound && above.LegalHold == true ? true : LegalHold ?? above.LegalHold,
        Export = isBound && above.Export == false ? false : Export ?? above.Export,
        Allowed = isBound && Allowed is not null && above.Allowed is not null ? [.. Allowed.Intersect(above.Allowed)] : Allowed ?? above.Allowed,
        Denied = isBound && Denied is not null && above.Denied is not null ? [.. Denied.Union(above.Denied)] : Denied ?? above.Denied,
        Mode = isBound && above.Mode == "block" ? "block" : Mode ?? above.Mode,
        Name = Name ?? above.Name,
    };

    private static string[] Some(Random random) => [.. Hosts.Where(_ => random.Next(2) == 0)];

    private static T? Maybe<T>(Random random, int one, Func<T> value)
        where T : struct => random.Next(one) == 0 ? value() : null;

    private static string? Text(bool? value) => value switch { null => null, true => "true", false => "false" };

    private static string? Text(string[]? set) => set is null ? null : $"[{string.Join(',', set.Order(StringComparer.Ordinal).Select(static host => $"\"{host}\""))}]";
}
