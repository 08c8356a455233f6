using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>Aliases, fallbacks and the models of other sections name models that exist, and warn about those that are not served.</summary>
internal static class ModelReferences
{
    private static readonly JsonPointer Aliases = JsonPointer.Parse("/llm/aliases");
    private static readonly JsonPointer Fallbacks = JsonPointer.Parse("/llm/routing/fallbacks");
    private static readonly string[] Single = ["/rag/embeddingModel", "/rag/retrieval/rerankModel", "/semanticCache/embeddingModel"];

    /// <summary>The policy <c>policy/model-reference</c>.</summary>
    public static readonly Policy Policy = new(
        "policy/model-reference",
        ["/llm/aliases", "/llm/routing/fallbacks", "/llm/providers/*/enabled", "/llm/providers/*/priority", "/llm/providers/*/models", .. Single],
        static (policy, context) =>
        {
            foreach (var (pointer, reference) in References(context.Document))
            {
                var (exists, served) = Find(context.Document, reference);
                if (!exists)
                    context.Report(policy.Id, Severity.Deny, pointer, $"names the model '{reference}', which does not exist");
                else if (!served)
                    context.Report(policy.Id, Severity.Warn, pointer, $"names the model '{reference}', which is not served");
            }
            CheckFallbacks(policy, context);
        });

    private static IEnumerable<(JsonPointer Pointer, string Reference)> References(JsonObject document)
    {
        foreach (var (name, target) in document.At(Aliases).Entries())
            yield return (Aliases.Append(name), target.Text() ?? "");
        foreach (var (name, targets) in document.At(Fallbacks).Entries())
        {
            foreach (var target in targets.Texts())
                yield return (Fallbacks.Append(name), target);
        }
        foreach (var pointer in Single.Select(JsonPointer.Parse))
        {
            if (document.At(pointer).Text() is { } target)
                yield return (pointer, target);
        }
    }

    private static (bool Exists, bool IsServed) Find(JsonObject document, string reference)
    {
        var slash = reference.IndexOf('/', StringComparison.Ordinal);
        var provider = slash < 0 ? null : document["llm"].Member("providers").Member(reference[..slash]);
        var model = provider.Member("models").Member(reference[(slash + 1)..]);
        return (model is not null, provider.Member("enabled").IsTrue() && model.Member("enabled").IsTrue());
    }

    private static void CheckFallbacks(Policy policy, PolicyContext context)
    {
        var byModel = new SortedDictionary<string, (string Name, string[] Targets)>(StringComparer.Ordinal);
        foreach (var (name, value) in context.Document.At(Fallbacks).Entries())
        {
            var targets = value.Texts().ToArray();
            if (ModelOf(context.Document, name) is not { } model)
                context.Report(policy.Id, Severity.Deny, Fallbacks.Append(name), $"is keyed by '{name}', which is neither an alias nor a model");
            else if (byModel.TryGetValue(model, out var other) && !other.Targets.SequenceEqual(targets))
                context.Report(policy.Id, Severity.Deny, Fallbacks.Append(name), $"must equal the list of '{other.Name}': both names mean '{model}'");
            else
                byModel[model] = (name, targets);
        }
        foreach (var (model, (name, _)) in byModel)
        {
            if (Reaches(byModel, model, model, []))
                context.Report(policy.Id, Severity.Deny, Fallbacks.Append(name), $"leads back to '{model}'");
        }
    }

    /// <summary>What a public name means: an alias's target, else the model of that id at the provider of the lowest priority, ties by provider id.</summary>
    private static string? ModelOf(JsonObject document, string name)
    {
        if (document.At(Aliases).Member(name).Text() is { } target)
            return target;
        return document["llm"].Member("providers").Entries()
            .Where(provider => provider.Value.Member("models").Member(name) is not null)
            .OrderBy(provider => provider.Value.Member("priority").Number() ?? 0)
            .Select(provider => $"{provider.Key}/{name}")
            .FirstOrDefault();
    }

    private static bool Reaches(SortedDictionary<string, (string Name, string[] Targets)> edges, string from, string goal, HashSet<string> seen) =>
        edges.TryGetValue(from, out var edge)
        && edge.Targets.Any(target => target == goal || (seen.Add(target) && Reaches(edges, target, goal, seen)));
}
