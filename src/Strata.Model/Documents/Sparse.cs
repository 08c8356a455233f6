using Strata.Model.Sections;

namespace Strata.Model.Documents;

/// <summary>One value that a document sets.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Value">What.</param>
public readonly record struct Leaf(JsonPointer Pointer, Json Value);

/// <summary>Sparse documents: what a layer sets, and nothing else.</summary>
public static class Sparse
{
    /// <summary>The document without empty objects, which set nothing. Opaque leaves stay as they are.</summary>
    public static JsonObject Prune(Shape shape, JsonObject document)
    {
        var kept = new List<KeyValuePair<string, Json>>(document.Count);
        foreach (var (name, value) in document.Members)
        {
            var inner = shape.Member(name);
            var pruned = value is JsonObject nested && inner is not (null or LeafShape) ? Prune(inner, nested) : value;
            if (pruned is not JsonObject { Count: 0 } || inner is LeafShape { IsOpaque: true })
                kept.Add(KeyValuePair.Create(name, pruned));
        }
        return JsonObject.Sorted([.. kept]);
    }

    /// <summary>Every leaf that the document sets, in document order. What no schema describes is a leaf at its topmost place.</summary>
    public static IEnumerable<Leaf> Leaves(Shape shape, JsonObject document) => Leaves(shape, document, JsonPointer.Root);

    /// <summary>The document without some of its leaves.</summary>
    public static JsonObject Without(Shape shape, JsonObject document, IEnumerable<JsonPointer> pointers) =>
        Prune(shape, pointers.Aggregate(document, static (rest, pointer) => Remove(rest, pointer.Segments.AsSpan())));

    /// <summary>The document with a value set, objects made on the way.</summary>
    public static JsonObject With(JsonObject document, ReadOnlySpan<string> path, Json value) => path.Length == 1
        ? document.With(path[0], value)
        : document.With(path[0], With(document[path[0]] as JsonObject ?? JsonObject.Empty, path[1..], value));

    private static IEnumerable<Leaf> Leaves(Shape shape, JsonObject document, JsonPointer at)
    {
        foreach (var name in document.Names)
        {
            var value = document[name]!;
            var pointer = at.Append(name);
            if (value is JsonObject nested && shape.Member(name) is { } inner and not LeafShape)
            {
                foreach (var leaf in Leaves(inner, nested, pointer))
                    yield return leaf;
            }
            else
            {
                yield return new Leaf(pointer, value);
            }
        }
    }

    private static JsonObject Remove(JsonObject document, ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
            return document.Without(path[0]);
        return document[path[0]] is JsonObject inner ? document.With(path[0], Remove(inner, path[1..])) : document;
    }
}
