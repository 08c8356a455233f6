using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Model.Diff;

/// <summary>How a leaf differs.</summary>
public enum DiffOp
{
    /// <summary>It was not set before.</summary>
    Add,

    /// <summary>It is set no more.</summary>
    Remove,

    /// <summary>It has another value.</summary>
    Replace,
}

/// <summary>One leaf that differs.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Op">How.</param>
/// <param name="Before">The old value; <c>null</c> for <see cref="DiffOp.Add"/>.</param>
/// <param name="After">The new value; <c>null</c> for <see cref="DiffOp.Remove"/>.</param>
public sealed record DiffEntry(JsonPointer Pointer, DiffOp Op, Json? Before, Json? After);

/// <summary>What differs between two documents, leaf by leaf: the order of members and the writing of numbers do not count.</summary>
public static class DocumentDiff
{
    /// <summary>The leaves that differ, in document order.</summary>
    /// <param name="shape">Where leaves begin.</param>
    /// <param name="before">The old document.</param>
    /// <param name="after">The new document.</param>
    public static ImmutableArray<DiffEntry> Between(Shape shape, JsonObject before, JsonObject after)
    {
        var entries = ImmutableArray.CreateBuilder<DiffEntry>();
        Compare(shape, before, after, JsonPointer.Root, entries);
        return entries.DrainToImmutable();
    }

    private static void Compare(Shape shape, JsonObject before, JsonObject after, JsonPointer at, ImmutableArray<DiffEntry>.Builder entries)
    {
        if (ReferenceEquals(before, after))
            return;
        foreach (var name in before.Names.Union(after.Names).Order(StringComparer.Ordinal))
        {
            var (old, now) = (before[name], after[name]);
            if (old is not null && old.Equals(now))
                continue;
            var inner = shape.Member(name);
            if (inner is not (null or LeafShape) && (old ?? JsonObject.Empty) is JsonObject from && (now ?? JsonObject.Empty) is JsonObject to)
                Compare(inner, from, to, at.Append(name), entries);
            else
                entries.Add(new DiffEntry(at.Append(name), old is null ? DiffOp.Add : now is null ? DiffOp.Remove : DiffOp.Replace, old, now));
        }
    }
}
