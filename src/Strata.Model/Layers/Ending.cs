using System.Collections.Immutable;
using System.Globalization;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>What of a layer's document is over at a moment: hosts of the allowlist by their day (UTC), exemptions from guardrails by their moment.</summary>
/// <param name="Document">The document without what is over; the same as before when nothing is.</param>
/// <param name="Names">What has ended, by pointer, in order.</param>
public sealed record Ending(JsonObject Document, ImmutableArray<string> Names)
{
    /// <summary>Finds what is over.</summary>
    /// <param name="document">The allowlist's or a platform's.</param>
    /// <param name="now">The moment.</param>
    public static Ending Of(JsonObject document, DateTimeOffset now)
    {
        var ended = ImmutableArray.CreateBuilder<string>();
        if (document["hosts"] is JsonObject hosts)
        {
            var today = Day(now);
            foreach (var (name, host) in hosts.Members.ToArray().Where(entry => IsOver(entry.Value, today) && !IsMarked(entry.Value)))
            {
                // A host stays in the list with who answers for it.
                hosts = hosts.With(name, Marked(host));
                ended.Add(JsonPointer.Of("hosts", name).Text);
            }
            document = ended.Count > 0 ? document.With("hosts", hosts) : document;
        }
        if (document["guardrails"] is JsonObject guardrails && guardrails["exemptions"] is JsonObject exemptions)
        {
            foreach (var (id, _) in exemptions.Members.ToArray().Where(entry => IsOver(entry.Value, now)))
            {
                exemptions = exemptions.Without(id);
                ended.Add(JsonPointer.Of("guardrails", "exemptions", id).Text);
            }
            if (ended.Count > 0)
                document = document.With("guardrails", !exemptions.Names.Any() ? guardrails.Without("exemptions") : guardrails.With("exemptions", exemptions));
        }
        return new Ending(document, ended.DrainToImmutable());
    }

    /// <summary>
    /// An allowlist about to be written, with the marks that its hosts have. Whoever writes a host that is over without its mark, as a file that never had it does,
    /// does not let it in again; a later day does.
    /// </summary>
    /// <param name="before">The present document.</param>
    /// <param name="after">The new one.</param>
    /// <param name="now">The moment.</param>
    public static JsonObject Kept(JsonObject before, JsonObject after, DateTimeOffset now)
    {
        if (after["hosts"] is not JsonObject hosts)
            return after;
        foreach (var (name, host) in hosts.Members.ToArray().Where(entry => entry.Value is JsonObject && before["hosts"].Member(entry.Key) is { } known && IsMarked(known)))
        {
            var isRenewed = host.Member("expiresOn").Text() != before["hosts"].Member(name).Member("expiresOn").Text();
            if (!isRenewed && IsOver(host, Day(now)))
                hosts = hosts.With(name, Marked(host));
            else if (isRenewed && !IsOver(host, Day(now)))
                hosts = hosts.With(name, ((JsonObject)host).Without("status"));
        }
        return after.With("hosts", hosts);
    }

    private static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool IsOver(Json host, string today) => host.Member("expiresOn").Text() is { } day && string.CompareOrdinal(day, today) <= 0;

    private static JsonObject Marked(Json host) => ((JsonObject)host).With("status", Json.Of("expired"));

    private static bool IsMarked(Json host) => host.Member("status").Text() == "expired";

    // RFC 3339 knows leap seconds, and .NET does not.
    private static bool IsOver(Json exemption, DateTimeOffset now) =>
        DateTimeOffset.TryParse(exemption.Member("expiresAt").Text()?.Replace(":60", ":59", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && end <= now;
}
