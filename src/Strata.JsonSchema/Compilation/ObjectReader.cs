using System.Collections.Immutable;
using Strata.JsonSchema.Json;
using Strata.JsonSchema.Loading;

namespace Strata.JsonSchema.Compilation;

/// <summary>Reads the keywords about objects, fused into one table so that evaluation visits each member once.</summary>
internal readonly ref struct ObjectReader(Compiler compiler, SchemaNode node)
{
    private readonly Tape _tape = node.Resource.Document.Tape;

    public void Read()
    {
        var rules = new ObjectRules();
        var any = false;
        if (node.Dialect.Has(Vocabularies.Applicator))
            any |= ReadApplicators(rules);
        if (node.Dialect.Has(Vocabularies.Validation))
            any |= ReadAssertions(rules);
        if (!any)
            return;
        AddProperties(rules);
        node.Object = rules;
    }

    private bool ReadApplicators(ObjectRules rules)
    {
        rules.Additional = Schema("additionalProperties"u8);
        rules.PropertyNames = Schema("propertyNames"u8);
        var patterns = ImmutableArray.CreateBuilder<PatternRule>();
        foreach (var (name, value) in Members("patternProperties"u8))
            patterns.Add(new PatternRule(name, compiler.Pattern(name, (node, "patternProperties")), compiler.Child(node, value)));
        rules.Patterns = patterns.ToImmutable();
        var dependent = ImmutableArray.CreateBuilder<DependentSchema>();
        foreach (var (name, value) in Members("dependentSchemas"u8))
            dependent.Add(new DependentSchema("dependentSchemas", Name(name), compiler.Child(node, value)));
        foreach (var (name, value) in Members("dependencies"u8))
        {
            if (_tape.Rows[value].Type != JsonTypes.Array)
                dependent.Add(new DependentSchema("dependencies", Name(name), compiler.Child(node, value)));
        }

        rules.DependentSchemas = dependent.ToImmutable();
        return rules.Additional is not null || rules.PropertyNames is not null || !rules.Patterns.IsEmpty || !rules.DependentSchemas.IsEmpty
            || _tape.Member(node.Row, "properties"u8) >= 0;
    }

    private bool ReadAssertions(ObjectRules rules)
    {
        rules.MinProperties = Size("minProperties"u8, 0);
        rules.MaxProperties = Size("maxProperties"u8, long.MaxValue);
        rules.Required = Names(_tape.Member(node.Row, "required"u8));
        var dependent = ImmutableArray.CreateBuilder<DependentNames>();
        foreach (var (name, value) in Members("dependentRequired"u8))
            dependent.Add(new DependentNames("dependentRequired", Name(name), Names(value)));
        foreach (var (name, value) in Members("dependencies"u8))
        {
            if (_tape.Rows[value].Type == JsonTypes.Array)
                dependent.Add(new DependentNames("dependencies", Name(name), Names(value)));
        }

        rules.DependentRequired = dependent.ToImmutable();
        return rules.MinProperties > 0 || rules.MaxProperties < long.MaxValue || !rules.Required.IsEmpty || !rules.DependentRequired.IsEmpty;
    }

    private void AddProperties(ObjectRules rules)
    {
        var schemas = new Dictionary<string, SchemaNode?>(StringComparer.Ordinal);
        if (node.Dialect.Has(Vocabularies.Applicator))
        {
            foreach (var (name, value) in Members("properties"u8))
                schemas[name] = compiler.Child(node, value);
        }

        var required = rules.Required;
        foreach (var name in required)
            schemas.TryAdd(name.Name, null);
        var bits = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var name in required.Select(name => name.Name).Distinct(StringComparer.Ordinal).Take(64))
            bits.Add(name, 1UL << bits.Count);
        rules.Required = [.. required.Select(name => name with { HasBit = bits.ContainsKey(name.Name) })];

        // Canonical documents have their names in this order; so the next name is often the next property.
        var names = schemas.Keys.Order(StringComparer.Ordinal).ToArray();
        rules.Properties = [.. names.Select(name => new PropertyRule(name, schemas[name], bits.GetValueOrDefault(name)))];
        rules.RequiredBits = bits.Values.Aggregate(0UL, (all, bit) => all | bit);
        rules.Names = new NameTable(names);
    }

    private SchemaNode? Schema(ReadOnlySpan<byte> keyword)
    {
        var value = _tape.Member(node.Row, keyword);
        return value < 0 ? null : compiler.Child(node, value);
    }

    private long Size(ReadOnlySpan<byte> keyword, long otherwise)
    {
        var value = _tape.Member(node.Row, keyword);
        return value >= 0 && (_tape.Rows[value].Type & JsonTypes.Number) != JsonTypes.None
            ? JsonNumber.Parse(_tape.Raw(value), new byte[_tape.Rows[value].Length]).ToSize()
            : otherwise;
    }

    private List<(string Name, int Value)> Members(ReadOnlySpan<byte> keyword)
    {
        var members = new List<(string, int)>();
        var container = _tape.Member(node.Row, keyword);
        if (container < 0 || _tape.Rows[container].Type != JsonTypes.Object)
            return members;
        for (var member = container + 1; member < _tape.Rows[container].Next; member = _tape.Rows[member + 1].Next)
            members.Add((_tape.String(member), member + 1));
        return members;
    }

    private ImmutableArray<RequiredName> Names(int array)
    {
        var names = ImmutableArray.CreateBuilder<RequiredName>();
        if (array < 0 || _tape.Rows[array].Type != JsonTypes.Array)
            return [];
        for (var item = array + 1; item < _tape.Rows[array].Next; item = _tape.Rows[item].Next)
        {
            if (_tape.Rows[item].Type == JsonTypes.String)
                names.Add(Name(_tape.String(item)));
        }

        return names.ToImmutable();
    }

    private static RequiredName Name(string name) => new(name, JsonText.ToUtf8(name), HasBit: false);
}
