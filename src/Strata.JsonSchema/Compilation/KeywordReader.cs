using System.Collections.Immutable;
using Strata.JsonSchema.Formats;
using Strata.JsonSchema.Json;
using Strata.JsonSchema.Loading;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// Reads the keywords of one schema into its node. A value of the wrong shape is skipped here; the metaschema
/// has the better message for it. Only what would be misunderstood silently is refused.
/// </summary>
internal readonly ref struct KeywordReader(Compiler compiler, SchemaNode node)
{
    private readonly Tape _tape = node.Resource.Document.Tape;

    public void Read()
    {
        if (_tape.Rows[node.Row].Type == JsonTypes.Boolean)
        {
            node.IsFalse = _tape.Raw(node.Row)[0] == 'f';
            node.Types = node.IsFalse ? JsonTypes.None : JsonTypes.All;
            return;
        }

        for (var member = node.Row + 1; member < _tape.Rows[node.Row].Next; member = _tape.Rows[member + 1].Next)
        {
            var keyword = _tape.String(member);
            ReadCore(keyword, member + 1);
            if (node.Dialect.Has(Vocabularies.Applicator))
                ReadApplicator(keyword, member + 1);
            if (node.Dialect.Has(Vocabularies.Validation))
                ReadValidation(keyword, member + 1);
            if (node.Dialect.Has(Vocabularies.Unevaluated))
                ReadUnevaluated(keyword, member + 1);
        }

        if (node.Dialect.Has(Vocabularies.FormatAssertion) || compiler.Options.AssertFormat)
            ReadFormat();
        new ObjectReader(compiler, node).Read();
    }

    private void ReadCore(string keyword, int value)
    {
        if (keyword is not ("$ref" or "$dynamicRef") || _tape.Rows[value].Type != JsonTypes.String)
            return;
        var uri = UriReference.Parse(_tape.String(value)).ResolveAgainst(node.Resource.BaseUri);
        if (keyword == "$ref")
            InPlace.Ref = compiler.Resolve(uri, (node, keyword));
        else
            InPlace.DynamicRef = compiler.ResolveDynamic(uri, (node, keyword));
    }

    private void ReadApplicator(string keyword, int value)
    {
        switch (keyword)
        {
            case "allOf":
                InPlace.AllOf = Children(value);
                break;
            case "anyOf":
                InPlace.AnyOf = Children(value);
                break;
            case "oneOf":
                InPlace.OneOf = Children(value);
                break;
            case "not":
                InPlace.Not = compiler.Child(node, value);
                break;
            case "if":
                InPlace.If = compiler.Child(node, value);
                break;
            case "then":
                InPlace.Then = compiler.Child(node, value);
                break;
            case "else":
                InPlace.Else = compiler.Child(node, value);
                break;
            case "prefixItems":
                Array.Prefix = Children(value);
                break;
            case "items" when IsSchema(value):
                Array.Items = compiler.Child(node, value);
                break;
            case "contains":
                Array.Contains = compiler.Child(node, value);
                break;
        }
    }

    private void ReadUnevaluated(string keyword, int value)
    {
        if (keyword == "unevaluatedItems")
            node.UnevaluatedItems = compiler.Child(node, value);
        if (keyword == "unevaluatedProperties")
            node.UnevaluatedProperties = compiler.Child(node, value);
    }

    private void ReadValidation(string keyword, int value)
    {
        switch (keyword)
        {
            case "type":
                node.Types = ReadTypes(value);
                break;
            case "const":
                node.Const = Values([value]);
                break;
            case "enum" when _tape.Rows[value].Type == JsonTypes.Array:
                node.Enum = Values(Items(value));
                break;
            case "pattern" when _tape.Rows[value].Type == JsonTypes.String:
                String.Pattern = compiler.Pattern(_tape.String(value), (node, keyword));
                break;
            case "uniqueItems" when _tape.Rows[value].Type == JsonTypes.Boolean:
                Array.Unique = _tape.Raw(value)[0] == 't';
                break;
            default:
                if ((_tape.Rows[value].Type & JsonTypes.Number) != JsonTypes.None)
                    ReadBound(keyword, value);
                break;
        }
    }

    private void ReadBound(string keyword, int value)
    {
        switch (keyword)
        {
            case "minimum":
                Number.Minimum = Bound(value);
                break;
            case "maximum":
                Number.Maximum = Bound(value);
                break;
            case "exclusiveMinimum":
                Number.ExclusiveMinimum = Bound(value);
                break;
            case "exclusiveMaximum":
                Number.ExclusiveMaximum = Bound(value);
                break;
            case "multipleOf" when !Parse(value).IsZero:
                Number.MultipleOf = Bound(value);
                break;
            case "minLength":
                String.MinLength = Parse(value).ToSize();
                break;
            case "maxLength":
                String.MaxLength = Parse(value).ToSize();
                break;
            case "minItems":
                Array.MinItems = Parse(value).ToSize();
                break;
            case "maxItems":
                Array.MaxItems = Parse(value).ToSize();
                break;
            case "minContains":
                Array.MinContains = Parse(value).ToSize();
                break;
            case "maxContains":
                Array.MaxContains = Parse(value).ToSize();
                break;
        }
    }

    private void ReadFormat()
    {
        var value = _tape.Member(node.Row, "format"u8);
        if (value >= 0 && _tape.Rows[value].Type == JsonTypes.String && Format.Find(_tape.String(value)) is { } format)
            String.Format = format;
    }

    private JsonTypes ReadTypes(int value)
    {
        if (_tape.Rows[value].Type == JsonTypes.String)
            return TypeNamed(_tape.String(value));
        var types = JsonTypes.None;
        foreach (var item in Items(value))
            types |= TypeNamed(_tape.String(item));
        return types;
    }

    private static JsonTypes TypeNamed(string name) => name switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => JsonTypes.None,
    };

    private ValueSet Values(int[] rows)
    {
        var areStrings = rows.Length > 0;
        foreach (var row in rows)
            areStrings &= _tape.Rows[row] is { Type: JsonTypes.String, Escaped: false };
        return new ValueSet(node.Resource.Document, rows) { Strings = areStrings ? new NameTable(Strings(rows)) : null };
    }

    private string[] Strings(int[] rows)
    {
        var strings = new string[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            strings[i] = _tape.String(rows[i]);
        return strings;
    }

    private int[] Items(int array)
    {
        var items = new List<int>();
        for (var item = array + 1; _tape.Rows[array].Type == JsonTypes.Array && item < _tape.Rows[array].Next; item = _tape.Rows[item].Next)
            items.Add(item);
        return [.. items];
    }

    private ImmutableArray<SchemaNode> Children(int array)
    {
        var children = ImmutableArray.CreateBuilder<SchemaNode>();
        foreach (var item in Items(array))
            children.Add(compiler.Child(node, item));
        return children.ToImmutable();
    }

    private bool IsSchema(int value) => _tape.Rows[value].Type is JsonTypes.Object or JsonTypes.Boolean;

    private Bound Bound(int value) => new(_tape.Raw(value).ToArray());

    private JsonNumber Parse(int value) => JsonNumber.Parse(_tape.Raw(value), new byte[_tape.Rows[value].Length]);

    private InPlaceRules InPlace => node.InPlace ??= new InPlaceRules();

    private NumberRules Number => node.Number ??= new NumberRules();

    private StringRules String => node.String ??= new StringRules();

    private ArrayRules Array => node.Array ??= new ArrayRules();
}
