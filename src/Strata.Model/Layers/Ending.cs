using System.Collections.Immutable;
using System.Globalization;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>What of a layer's document is over at a moment: hosts of the allowlist by their day (UTC), exemptions from guardrails by their moment.</summary>
/// <param name="Document">The document without what is over, and with what was renewed; the same as before when nothing is.</param>
/// <param name="Names">What has ended or goes on again, by pointer, in order.</param>
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
            var today = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            foreach (var (name, host) in hosts.Members.ToArray().Where(entry => IsOver(entry.Value, today) is { } over && over != IsMarked(entry.Value)))
            {
                // A host stays in the list with who answers for it; a later day undoes the mark.
                hosts = hosts.With(name, IsMarked(host) ? ((JsonObject)host).Without("status") : ((JsonObject)host).With("status", Json.Of("expired")));
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

    private static bool? IsOver(Json host, string today) => host.Member("expiresOn").Text() is { } day ? string.CompareOrdinal(day, today) <= 0 : null;

    private static bool IsMarked(Json host) => host.Member("status").Text() == "expired";

    private static bool IsOver(Json exemption, DateTimeOffset now) =>
        DateTimeOffset.TryParse(exemption.Member("expiresAt").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && end <= now;
}
