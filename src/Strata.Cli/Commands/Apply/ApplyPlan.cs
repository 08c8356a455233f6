using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>What an apply would do, as the server judges it.</summary>
/// <param name="Answer">The server's answer to the dry run; each item's write has the `impact` on tenants where it lies above them.</param>
/// <param name="Pruned">Segments that the files leave out: their answers to a delete as a dry run, by path.</param>
internal sealed partial record ApplyPlan(JsonNode Answer, ImmutableArray<(string Path, string Label, JsonNode? Write)> Pruned)
{
    /// <summary>The items that change.</summary>
    public IReadOnlyList<JsonNode> Changes { get; } =
        [.. ItemsOf(Answer).Where(item => WrittenOutput.Changes(item["write"]).Count > 0)];

    /// <summary>Whether everything is as the files say.</summary>
    public bool IsEmpty => Changes.Count == 0 && Pruned.IsEmpty;

    /// <summary>Has the server judge a set of files; one that is larger than a request may be in parts, each under what lies above tenants.</summary>
    public static async Task<ApplyPlan> MakeAsync(StrataApi api, ConfigurationSet set, bool prune, CancellationToken cancellationToken)
    {
        var answers = new List<JsonNode>();
        foreach (var part in set.Parts(int.MaxValue, repeatsAbove: true))
            answers.Add(await AskAsync(() => api.PostAsync("/v1/apply?dryRun=true", part.ToBody(), cancellationToken), part));
        var answer = answers[0];
        answer["items"] = Together(answers);
        ConfigurationSet.Demand([.. Problems(set, answer)]);
        return new ApplyPlan(answer, prune ? [.. await PrunedAsync(api, set, cancellationToken)] : []);
    }

    /// <summary>Runs a request about a set; what the server refuses of an item is said with its file.</summary>
    public static async Task<JsonNode> AskAsync(Func<Task<ApiAnswer>> request, ConfigurationSet set)
    {
        try
        {
            return (await request()).Body ?? throw new CommandFailedException(ExitCode.Failure, "The server answered nothing.");
        }
        catch (CommandFailedException refused) when (Place().Match(refused.Message) is { Success: true } place)
        {
            var item = set.Items[int.Parse(place.Groups["index"].Value, CultureInfo.InvariantCulture)];
            var pointer = place.Groups["pointer"].Value;
            var problem = pointer.StartsWith("/document", StringComparison.Ordinal)
                ? item.ProblemAt(pointer["/document".Length..], "server", refused.Message)
                : item.ProblemOf(pointer.TrimStart('/'), "server", refused.Message);
            throw new CommandFailedException(ExitCode.Invalid, problem.ToString());
        }
    }

    /// <summary>The items of several parts' answers; what lies above tenants only once.</summary>
    public static JsonArray Together(IReadOnlyList<JsonNode> answers)
    {
        var others = answers.Skip(1).SelectMany(ItemsOf).Where(item => (string?)item["kind"] == "tenant");
        return [.. ItemsOf(answers[0]).Concat(others).Select(item => item.DeepClone())];
    }

    private static IEnumerable<JsonNode> ItemsOf(JsonNode answer) => (answer["items"] as JsonArray ?? []).OfType<JsonNode>();

    private static IEnumerable<Problem> Problems(ConfigurationSet set, JsonNode answer)
    {
        var items = set.Items.ToDictionary(item => item.Label, StringComparer.Ordinal);
        foreach (var judged in ItemsOf(answer))
        {
            var item = items[LabelOf(judged)];
            foreach (var violation in (judged["write"]?["violations"] as JsonArray ?? []).OfType<JsonNode>())
            {
                var pointer = DocumentPointer().Replace((string?)violation["pointer"] ?? "", "");
                yield return item.ProblemAt(pointer, (string?)violation["rule"] ?? "", Refusal.Message(violation));
            }
        }
    }

    /// <summary>What plans call an item of the server's answer.</summary>
    public static string LabelOf(JsonNode item) => ConfigurationItem.NameOf((string)item["kind"]!, (string)item["id"]!, (string?)item["platform"]);

    private static async Task<List<(string Path, string Label, JsonNode? Write)>> PrunedAsync(
        StrataApi api, ConfigurationSet set, CancellationToken cancellationToken)
    {
        var pruned = new List<(string, string, JsonNode?)>();
        var kept = set.Items.Where(item => item.Kind == "segment").Select(item => (item.Platform, item.Id)).ToHashSet();
        var existing = (await api.ListAsync("/v1/platforms", cancellationToken)).Select(platform => (string)platform["id"]!).ToHashSet(StringComparer.Ordinal);
        foreach (var platform in set.Items.Where(item => item.Kind == "platform" && existing.Contains(item.Id)))
        {
            var segments = await api.ListAsync($"/v1/platforms/{platform.Id}/segments", cancellationToken);
            foreach (var segment in segments.Select(segment => (string)segment["id"]!).Where(id => !kept.Contains((platform.Id, id))))
            {
                var path = $"/v1/platforms/{platform.Id}/segments/{segment}";
                var write = await api.SendAsync(new ApiRequest(HttpMethod.Delete, $"{path}?dryRun=true"), cancellationToken);
                pruned.Add((path, ConfigurationItem.NameOf("segment", segment, platform.Id), write.Body));
            }
        }

        return pruned;
    }

    [GeneratedRegex("'/items/(?<index>[0-9]+)(?<pointer>/[^']*)?'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("^/items/[0-9]+/document", RegexOptions.None, 1000)]
    private static partial Regex DocumentPointer();
}
