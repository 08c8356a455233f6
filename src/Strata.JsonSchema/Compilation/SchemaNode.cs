using System.Collections.Immutable;
using Strata.JsonSchema.Formats;
using Strata.JsonSchema.Json;
using Strata.JsonSchema.Loading;
using Strata.JsonSchema.Patterns;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// One schema, digested: what its keywords say, grouped by the type of instance they speak about. Filled by the compiler,
/// never changed afterwards. A keyword that is absent is null, or empty where it is an array.
/// </summary>
internal sealed class SchemaNode(int id, SchemaResource resource, int row)
{
    public int Id { get; } = id;

    public SchemaResource Resource { get; } = resource;

    public int Row { get; } = row;

    public Dialect Dialect { get; set; } = null!;

    /// <summary>By <c>type</c>; none for the schema <c>false</c>.</summary>
    public JsonTypes Types { get; set; } = JsonTypes.All;

    public bool IsFalse { get; set; }

    public ValueSet? Const { get; set; }

    public ValueSet? Enum { get; set; }

    public NumberRules? Number { get; set; }

    public StringRules? String { get; set; }

    public ArrayRules? Array { get; set; }

    public ObjectRules? Object { get; set; }

    public InPlaceRules? InPlace { get; set; }

    public SchemaNode? UnevaluatedItems { get; set; }

    public SchemaNode? UnevaluatedProperties { get; set; }

    /// <summary>Nothing but <see cref="Types"/> is asserted.</summary>
    public bool IsTypeOnly { get; set; }

    /// <summary>It lies on a cycle, or has <c>unevaluated*</c>: what is rare and has its price.</summary>
    public bool NeedsCare { get; set; }

    /// <summary>A scalar is judged here and nowhere else: nothing is applied in place.</summary>
    public bool IsFlat { get; set; }

    /// <summary>Has <c>const</c> or <c>enum</c>.</summary>
    public bool HasValues { get; set; }

    /// <summary>It, or a schema applied in place below it, can mark members or items as evaluated.</summary>
    public bool CanMark { get; set; }

    /// <summary>It lies on a cycle of schemas applied to one and the same value, so evaluation must watch out.</summary>
    public bool OnCycle { get; set; }

    /// <summary>The only keyword is <c>$ref</c>: where it leads, so that evaluation goes there at once.</summary>
    public SchemaNode? Forward { get; set; }
}

/// <summary>Values of <c>const</c> or <c>enum</c>, in the schema's own document.</summary>
internal sealed class ValueSet(SchemaDocument document, int[] rows)
{
    public SchemaDocument Document { get; } = document;

    public int[] Rows { get; } = rows;

    /// <summary>Set when all values are strings: then a look-up answers.</summary>
    public NameTable? Strings { get; init; }
}

/// <summary>A bound of a number.</summary>
internal sealed class Bound
{
    private readonly bool _negative;
    private readonly byte[] _digits;
    private readonly long _exponent;

    public Bound(byte[] literal)
    {
        Literal = literal;
        var number = JsonNumber.Parse(literal, new byte[literal.Length]);
        (_negative, _digits, _exponent) = (number.Negative, number.Digits.ToArray(), number.Exponent);
        var isPlain = literal.Length <= 18 && !literal.AsSpan().ContainsAny((byte)'.', (byte)'e', (byte)'E');
        Plain = isPlain ? JsonNumber.PlainValue(literal) : null;
    }

    public byte[] Literal { get; }

    /// <summary>The value if it is a plain integer, for the comparison of two machine words.</summary>
    public long? Plain { get; }

    /// <summary>The value, taken apart once.</summary>
    public JsonNumber Number => JsonNumber.Of(_negative, _digits, _exponent);

    public string Text => System.Text.Encoding.ASCII.GetString(Literal);
}

internal sealed class NumberRules
{
    public Bound? Minimum { get; set; }

    public Bound? Maximum { get; set; }

    public Bound? ExclusiveMinimum { get; set; }

    public Bound? ExclusiveMaximum { get; set; }

    public Bound? MultipleOf { get; set; }
}

internal sealed class StringRules
{
    public long MinLength { get; set; }

    public long MaxLength { get; set; } = long.MaxValue;

    public Pattern? Pattern { get; set; }

    /// <summary>Null when <c>format</c> is absent, unknown, or only an annotation in this dialect.</summary>
    public Format? Format { get; set; }
}

internal sealed class ArrayRules
{
    public ImmutableArray<SchemaNode> Prefix { get; set; } = [];

    public SchemaNode? Items { get; set; }

    public SchemaNode? Contains { get; set; }

    public long MinContains { get; set; } = 1;

    public long MaxContains { get; set; } = long.MaxValue;

    public long MinItems { get; set; }

    public long MaxItems { get; set; } = long.MaxValue;

    public bool Unique { get; set; }
}

internal sealed class ObjectRules
{
    /// <summary>Finds <see cref="Properties"/> by name.</summary>
    public NameTable Names { get; set; } = NameTable.Empty;

    /// <summary>Every name in <c>properties</c>, and behind them those only in <c>required</c>.</summary>
    public ImmutableArray<PropertyRule> Properties { get; set; } = [];

    public ImmutableArray<PatternRule> Patterns { get; set; } = [];

    public SchemaNode? Additional { get; set; }

    public SchemaNode? PropertyNames { get; set; }

    public long MinProperties { get; set; }

    public long MaxProperties { get; set; } = long.MaxValue;

    /// <summary>In the order of the schema.</summary>
    public ImmutableArray<RequiredName> Required { get; set; } = [];

    /// <summary>Bits of the first 64 required names.</summary>
    public ulong RequiredBits { get; set; }

    /// <summary>By <c>dependentRequired</c>, and the old <c>dependencies</c>.</summary>
    public ImmutableArray<DependentNames> DependentRequired { get; set; } = [];

    /// <summary>By <c>dependentSchemas</c>, and the old <c>dependencies</c>.</summary>
    public ImmutableArray<DependentSchema> DependentSchemas { get; set; } = [];

    /// <summary>Whether members have to be looked at at all.</summary>
    public bool VisitsMembers => !Properties.IsEmpty || !Patterns.IsEmpty || Additional is not null || PropertyNames is not null;
}

/// <param name="Name">The name.</param>
/// <param name="Schema">Null when it is only required.</param>
/// <param name="RequiredBit">Zero when it is not required, or one of more than 64.</param>
internal readonly record struct PropertyRule(string Name, SchemaNode? Schema, ulong RequiredBit);

internal readonly record struct PatternRule(string Source, Pattern Pattern, SchemaNode Schema);

/// <param name="Name">The name.</param>
/// <param name="Utf8">The same.</param>
/// <param name="HasBit">Whether the loop over the members has noticed it; if not, it must be searched.</param>
internal readonly record struct RequiredName(string Name, byte[] Utf8, bool HasBit);

internal readonly record struct DependentNames(string Keyword, RequiredName Trigger, ImmutableArray<RequiredName> Names);

internal readonly record struct DependentSchema(string Keyword, RequiredName Trigger, SchemaNode Schema);

/// <summary>Schemas applied to the same value.</summary>
internal sealed class InPlaceRules
{
    public SchemaNode? Ref { get; set; }

    public DynamicReference? DynamicRef { get; set; }

    public ImmutableArray<SchemaNode> AllOf { get; set; } = [];

    public ImmutableArray<SchemaNode> AnyOf { get; set; } = [];

    public ImmutableArray<SchemaNode> OneOf { get; set; } = [];

    public SchemaNode? Not { get; set; }

    public SchemaNode? If { get; set; }

    public SchemaNode? Then { get; set; }

    public SchemaNode? Else { get; set; }
}

/// <summary>A <c>$dynamicRef</c>. It goes to the outermost resource in the dynamic scope that has the anchor, else to its initial target.</summary>
internal sealed class DynamicReference(SchemaNode initial, string? anchor)
{
    public SchemaNode Initial { get; } = initial;

    /// <summary>Null when the reference turned out to be static: its initial target is no <c>$dynamicAnchor</c>.</summary>
    public string? Anchor { get; } = anchor;

    /// <summary>Targets by resource; complete once the program is.</summary>
    public Dictionary<SchemaResource, SchemaNode> Targets { get; } = [];
}
