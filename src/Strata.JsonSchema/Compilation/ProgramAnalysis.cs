namespace Strata.JsonSchema.Compilation;

/// <summary>What can be known about a program before it runs. Everything here is iterative: chains of references may be long.</summary>
internal static class ProgramAnalysis
{
    public static void Run(IReadOnlyList<SchemaNode> nodes, bool isDynamic)
    {
        var endless = Cycles(nodes, node => AppliedAlways(node));
        if (endless.Count > 0)
            throw new SchemaException(endless[0].Resource.Locate(endless[0].Row), "The schema refers to itself without end.");
        foreach (var node in Cycles(nodes, AppliedInPlace))
            node.OnCycle = true;
        foreach (var node in nodes)
        {
            node.IsTypeOnly = IsTypeOnly(node);
            node.NeedsCare = node.OnCycle || node.UnevaluatedItems is not null || node.UnevaluatedProperties is not null;
            node.IsFlat = !node.NeedsCare && node.InPlace is null;
            node.HasValues = node.Const is not null || node.Enum is not null;
        }

        MarkUpwards(nodes);
        if (isDynamic)
            return;
        foreach (var node in nodes)
            SetForward(node);
    }

    /// <summary>Every schema that this one applies to the same value.</summary>
    public static IEnumerable<SchemaNode> AppliedInPlace(SchemaNode node)
    {
        var conditional = AppliedSometimes(node);
        return AppliedAlways(node).Concat(conditional);
    }

    /// <summary>Those that are applied whatever the value is.</summary>
    public static IEnumerable<SchemaNode> AppliedAlways(SchemaNode node)
    {
        if (node.InPlace is not { } rules)
            yield break;
        if (rules.Ref is not null)
            yield return rules.Ref;
        if (rules.DynamicRef is { } dynamic && dynamic.Targets.Count == 0)
            yield return dynamic.Initial;
        foreach (var branch in rules.AllOf)
            yield return branch;
    }

    /// <summary>Those that are applied to some values only, or whose verdict does not simply count.</summary>
    public static IEnumerable<SchemaNode> AppliedSometimes(SchemaNode node)
    {
        foreach (var dependent in node.Object?.DependentSchemas ?? [])
            yield return dependent.Schema;
        if (node.InPlace is not { } rules)
            yield break;
        foreach (var target in rules.DynamicRef?.Targets.Values ?? Enumerable.Empty<SchemaNode>())
            yield return target;
        foreach (var branch in rules.AnyOf.Concat(rules.OneOf))
            yield return branch;
        foreach (var single in new[] { rules.Not, rules.If, rules.Then, rules.Else })
        {
            if (single is not null)
                yield return single;
        }
    }

    /// <summary>Nodes left when those that lead nowhere, or that nothing leads to, are taken away until none is: the cycles and what connects them.</summary>
    private static List<SchemaNode> Cycles(IReadOnlyList<SchemaNode> nodes, Func<SchemaNode, IEnumerable<SchemaNode>> edges)
    {
        var remaining = nodes.ToHashSet();
        var forward = nodes.ToDictionary(node => node, node => edges(node).Distinct().ToList());
        var backward = forward.SelectMany(pair => pair.Value, (pair, to) => (To: to, From: pair.Key)).ToLookup(edge => edge.To, edge => edge.From);
        Peel(remaining, node => forward[node], node => backward[node]);
        Peel(remaining, node => backward[node], node => forward[node]);
        return [.. nodes.Where(remaining.Contains)];
    }

    private static void Peel(HashSet<SchemaNode> remaining, Func<SchemaNode, IEnumerable<SchemaNode>> ahead, Func<SchemaNode, IEnumerable<SchemaNode>> behind)
    {
        var open = remaining.ToDictionary(node => node, node => ahead(node).Count(remaining.Contains));
        var ends = new Queue<SchemaNode>(remaining.Where(node => open[node] == 0));
        while (ends.TryDequeue(out var end))
        {
            remaining.Remove(end);
            foreach (var node in behind(end))
            {
                if (remaining.Contains(node) && --open[node] == 0)
                    ends.Enqueue(node);
            }
        }
    }

    private static bool IsTypeOnly(SchemaNode node) => node is
    {
        Const: null, Enum: null, Number: null, String: null, Array: null, Object: null, InPlace: null, UnevaluatedItems: null, UnevaluatedProperties: null,
    };

    private static void MarkUpwards(IReadOnlyList<SchemaNode> nodes)
    {
        var parents = nodes.SelectMany(AppliedInPlace, (parent, child) => (Child: child, Parent: parent)).ToLookup(edge => edge.Child, edge => edge.Parent);
        var open = new Queue<SchemaNode>(nodes.Where(MarksItself));
        while (open.TryDequeue(out var node))
        {
            if (node.CanMark)
                continue;
            node.CanMark = true;
            foreach (var parent in parents[node])
                open.Enqueue(parent);
        }
    }

    private static bool MarksItself(SchemaNode node) =>
        node.UnevaluatedItems is not null || node.UnevaluatedProperties is not null
        || node.Object is { } o && (o.Additional is not null || !o.Patterns.IsEmpty || o.Properties.Any(property => property.Schema is not null))
        || node.Array is { } a && (a.Items is not null || a.Contains is not null || !a.Prefix.IsEmpty);

    /// <summary>All of a chain learn its end at once. Cycles of pure references have been refused.</summary>
    private static void SetForward(SchemaNode node)
    {
        var chain = new List<SchemaNode>();
        for (; node.Forward is null && IsOnlyReference(node); node = node.InPlace!.Ref!)
            chain.Add(node);
        foreach (var link in chain)
            link.Forward = node.Forward ?? node;
    }

    private static bool IsOnlyReference(SchemaNode node) => node is
    {
        Types: JsonTypes.All, Const: null, Enum: null, Number: null, String: null, Array: null, Object: null,
        UnevaluatedItems: null, UnevaluatedProperties: null,
        InPlace: { Ref: not null, DynamicRef: null, AllOf.IsEmpty: true, AnyOf.IsEmpty: true, OneOf.IsEmpty: true, Not: null, If: null },
    };
}
