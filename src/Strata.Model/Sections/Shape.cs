using System.Collections.Frozen;
using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Overrides;

namespace Strata.Model.Sections;

/// <summary>
/// What layering needs to know of a place: read from the schemas once, without any instance. A place is an object with known members, a map of
/// entries by id, or a leaf: one value that is set, overridden and explained as a whole.
/// </summary>
public abstract class Shape
{
    private protected Shape()
    {
    }

    /// <summary>Whether there is a value here even when no layer sets one.</summary>
    public abstract bool HasDefaults { get; }

    /// <summary>The shape of a member of this place; <c>null</c> when nothing describes it.</summary>
    public abstract Shape? Member(string name);

    /// <summary>The shape of a place below this one; <c>null</c> when nothing describes it.</summary>
    public Shape? At(JsonPointer pointer) => pointer.Segments.Aggregate((Shape?)this, static (shape, segment) => shape?.Member(segment));
}

/// <summary>An object whose members the schema names.</summary>
public sealed class ObjectShape : Shape
{
    private readonly FrozenDictionary<string, Shape> _byName;

    /// <summary>An object of members.</summary>
    public ObjectShape(IEnumerable<KeyValuePair<string, Shape>> members)
    {
        Members = [.. members.OrderBy(member => member.Key, StringComparer.Ordinal)];
        HasDefaults = Members.Any(member => member.Value.HasDefaults);
        _byName = Members.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The members in canonical order.</summary>
    public ImmutableArray<KeyValuePair<string, Shape>> Members { get; }

    /// <inheritdoc/>
    public override bool HasDefaults { get; }

    /// <inheritdoc/>
    public override Shape? Member(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>A collection keyed by id.</summary>
public sealed class MapShape : Shape
{
    /// <summary>A map of entries.</summary>
    public MapShape(Shape entry)
    {
        Entry = entry;
        Anchor = (entry as ObjectShape)?.Members.FirstOrDefault(member => member.Value is LeafShape { IsAnchor: true }).Key;
    }

    /// <summary>The shape of each entry.</summary>
    public Shape Entry { get; }

    /// <summary>The locked member that makes an entry exist, when this is a catalogue: only core and the platform create its entries.</summary>
    public string? Anchor { get; }

    /// <inheritdoc/>
    public override bool HasDefaults => false;

    /// <inheritdoc/>
    public override Shape? Member(string name) => Entry;
}

/// <summary>One value: a scalar, an array, or an object that the schema calls <c>opaque</c>.</summary>
public sealed class LeafShape : Shape
{
    /// <summary>What a lower layer may do.</summary>
    public OverrideRule Rule { get; init; }

    /// <summary>For <see cref="OverrideRule.Stricter"/>: the values from the mildest to the strictest.</summary>
    public ImmutableArray<string> Order { get; init; } = [];

    /// <summary>The schema's default, which is core's value; <c>null</c> without one.</summary>
    public Json? Default { get; init; }

    /// <summary>Whether the value is kept as it is, empties and nulls included.</summary>
    public bool IsOpaque { get; init; }

    /// <summary>Whether this member makes its catalogue entry exist.</summary>
    public bool IsAnchor { get; init; }

    /// <summary>Whether core's value is the allowlist, which binds platforms, too: <c>llm.allowedHosts</c> alone.</summary>
    public bool InheritsAllowlist { get; init; }

    /// <summary>Whether the value is an array that means a set.</summary>
    public bool IsSet => Rule is OverrideRule.Subset or OverrideRule.Superset;

    /// <inheritdoc/>
    public override bool HasDefaults => Default is not null || InheritsAllowlist;

    /// <inheritdoc/>
    public override Shape? Member(string name) => null;
}
