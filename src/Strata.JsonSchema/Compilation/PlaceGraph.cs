using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// The places of a schema, shared and made on demand. Custom annotations must not depend on the instance, or changing one value
/// could lift the rule of another; so they are checked here once, when the schema is compiled.
/// </summary>
internal sealed class PlaceGraph
{
    /// <summary>More than any schema written by people; schemas that multiply places without end are refused.</summary>
    private const int MaxPlaces = 100_000;

    private readonly SchemaProgram _program;
    private readonly ConcurrentDictionary<string, SchemaPlace> _places = new(StringComparer.Ordinal);

    public PlaceGraph(SchemaProgram program)
    {
        _program = program;
        Root = Merge([program.Root])!;
        var keywords = program.Nodes.SelectMany(node => node.Dialect.Annotations).ToHashSet(StringComparer.Ordinal);
        if (keywords.Count == 0)
            return;
        RefuseConditional();
        RefuseAmbiguous(keywords);
    }

    public SchemaPlace Root { get; }

    /// <summary>The place that several schemas describe together; null when none does.</summary>
    public SchemaPlace? Merge(IEnumerable<SchemaNode?> schemas)
    {
        var nodes = Expand(schemas);
        if (nodes.IsEmpty)
            return null;
        var key = new StringBuilder();
        foreach (var node in nodes)
            key.Append(CultureInfo.InvariantCulture, $"{node.Id},");
        return _places.GetOrAdd(key.ToString(), _ => new SchemaPlace(this, nodes));
    }

    public static SchemaNode? UnlessBoolean(SchemaNode? node) =>
        node is null || node.Resource.Document.Tape.Rows[node.Row].Type == JsonTypes.Boolean ? null : node;

    public static IEnumerable<string> DeclaredNames(SchemaNode node) =>
        node.Object?.Properties.Where(property => property.Schema is not null).Select(property => property.Name) ?? [];

    /// <summary>Schemas and all they apply to the same place whatever the instance, each before what it refers to.</summary>
    private ImmutableArray<SchemaNode> Expand(IEnumerable<SchemaNode?> schemas)
    {
        var seen = new HashSet<SchemaNode>();
        var nodes = ImmutableArray.CreateBuilder<SchemaNode>();
        var open = new Stack<SchemaNode>(schemas.OfType<SchemaNode>().Reverse());
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            nodes.Add(node);
            foreach (var inPlace in AppliedHere(node).Reverse())
                open.Push(inPlace);
        }

        return nodes.ToImmutable();
    }

    private IEnumerable<SchemaNode> AppliedHere(SchemaNode node)
    {
        if (node.InPlace is not { } rules)
            return [];
        var dynamic = rules.DynamicRef is { } reference ? reference.Targets.GetValueOrDefault(_program.Root.Resource) ?? reference.Initial : null;
        return new[] { rules.Ref, dynamic }.OfType<SchemaNode>().Concat(rules.AllOf);
    }

    private void RefuseConditional()
    {
        var seen = _program.Nodes.SelectMany(node => ProgramAnalysis.AppliedSometimes(node)
            .Except(node.InPlace?.DynamicRef?.Targets.Values ?? Enumerable.Empty<SchemaNode>())
            .Concat(new[] { node.Array?.Contains, node.Object?.PropertyNames, node.UnevaluatedItems, node.UnevaluatedProperties }.OfType<SchemaNode>()))
            .ToHashSet();
        var open = new Queue<SchemaNode>(seen);
        while (open.TryDequeue(out var node))
        {
            if (Custom(node).FirstOrDefault() is { } keyword)
            {
                throw new SchemaException(
                    Location(node, keyword), $"\"{keyword}\" must hold whatever the document is; it cannot stand below a condition or a choice.");
            }

            foreach (var next in ProgramAnalysis.AppliedInPlace(node).Concat(Below(node)).Where(seen.Add))
                open.Enqueue(next);
        }
    }

    private void RefuseAmbiguous(HashSet<string> keywords)
    {
        var seen = new HashSet<SchemaPlace> { Root };
        var open = new Queue<SchemaPlace>(seen);
        while (open.TryDequeue(out var place))
        {
            foreach (var keyword in keywords)
                RefuseAmbiguous(place, keyword);
            foreach (var next in Around(place).OfType<SchemaPlace>().Where(seen.Add))
                open.Enqueue(next);
            if (seen.Count > MaxPlaces)
                throw new SchemaException(_program.Root.Resource.Uri, "The schema describes too many different places.");
        }
    }

    private static void RefuseAmbiguous(SchemaPlace place, string keyword)
    {
        var holders = place.Nodes.Where(node => Custom(node).Contains(keyword, StringComparer.Ordinal)).ToList();
        foreach (var other in holders.Skip(1))
        {
            var left = holders[0].Resource.Document.Tape;
            var right = other.Resource.Document.Tape;
            var (a, b) = (left.Member(holders[0].Row, JsonText.ToUtf8(keyword)), right.Member(other.Row, JsonText.ToUtf8(keyword)));
            if (JsonEquality.Equal(left, a, right, b))
                continue;
            var (first, second) = (Encoding.UTF8.GetString(left.Text(a)), Encoding.UTF8.GetString(right.Text(b)));
            throw new SchemaException(
                Location(other, keyword), $"Two values of \"{keyword}\" reach one place: {first} at {Location(holders[0], keyword)}, and {second}.");
        }
    }

    private IEnumerable<SchemaPlace?> Around(SchemaPlace place)
    {
        foreach (var name in place.Properties)
            yield return place.Property(name);
        yield return place.AdditionalProperties;
        yield return place.Items;
        foreach (var single in place.Nodes.SelectMany(node => (node.Object?.Patterns.Select(pattern => pattern.Schema) ?? []).Concat(node.Array?.Prefix ?? [])))
            yield return Merge([single]);
    }

    private static IEnumerable<SchemaNode> Below(SchemaNode node)
    {
        var members = node.Object is { } o
            ? o.Properties.Select(property => property.Schema).Concat(o.Patterns.Select(pattern => pattern.Schema)).Append(o.Additional).Append(o.PropertyNames)
            : [];
        var items = node.Array is { } a ? a.Prefix.Append(a.Items).Append(a.Contains) : [];
        return members.Concat(items).Append(node.UnevaluatedItems).Append(node.UnevaluatedProperties).OfType<SchemaNode>();
    }

    private static IEnumerable<string> Custom(SchemaNode node) =>
        node.Dialect.Annotations.Where(keyword => node.Resource.Document.Tape.Member(node.Row, JsonText.ToUtf8(keyword)) >= 0);

    private static string Location(SchemaNode node, string keyword) => $"{node.Resource.Locate(node.Row)}/{JsonPointer.Escape(keyword)}";
}
