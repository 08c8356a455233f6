using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <content>Errors of the keywords about one type of value.</content>
internal ref partial struct Evaluator
{
    private bool CollectNumber(SchemaNode node, NumberRules rules, int row)
    {
        var valid = true;
        if (rules.MultipleOf is { } divisor && !IsMultipleOf(row, divisor))
            valid = ReportNumber(node, row, "multipleOf", "must be a multiple of", divisor);
        if (rules.Minimum is { } minimum && Compare(row, minimum) < 0)
            valid = ReportNumber(node, row, "minimum", "must be at least", minimum);
        if (rules.Maximum is { } maximum && Compare(row, maximum) > 0)
            valid = ReportNumber(node, row, "maximum", "must be at most", maximum);
        if (rules.ExclusiveMinimum is { } above && Compare(row, above) <= 0)
            valid = ReportNumber(node, row, "exclusiveMinimum", "must be greater than", above);
        if (rules.ExclusiveMaximum is { } below && Compare(row, below) >= 0)
            valid = ReportNumber(node, row, "exclusiveMaximum", "must be less than", below);
        return valid;
    }

    private bool ReportNumber(SchemaNode node, int row, string keyword, string must, Bound bound) =>
        Report(node, row, keyword, $"{must} {bound.Text} (is {Messages.Short(_tape.Raw(row))})", bound.Text);

    private bool CollectString(SchemaNode node, StringRules rules, int row)
    {
        using var text = new JsonText(_tape, row, stackalloc byte[JsonText.StackBytes]);
        var valid = true;
        if (!HasLength(rules, text.Bytes))
        {
            var length = JsonText.CodePoints(text.Bytes);
            valid = length < rules.MinLength
                ? ReportSize(node, row, "minLength", rules.MinLength, length, "characters long")
                : ReportSize(node, row, "maxLength", rules.MaxLength, length, "characters long");
        }

        if (rules.Pattern is not null && !Matches(rules.Pattern, text.Bytes))
            valid = Report(node, row, "pattern", $"must match the pattern {rules.Pattern.Source}");
        if (rules.Format is not null && !HasFormat(rules.Format, text.Bytes))
            valid = Report(node, row, "format", $"must be {rules.Format.Noun}");
        return valid;
    }

    private bool ReportSize(SchemaNode node, int row, string keyword, long limit, long actual, string what) =>
        Report(node, row, keyword, Messages.Size(keyword, limit, actual, what), Text(limit));

    private bool CollectArray(SchemaNode node, ArrayRules rules, int row, int marks)
    {
        var count = _tape.Rows[row].Length;
        var valid = true;
        if (count < rules.MinItems)
            valid = ReportSize(node, row, "minItems", rules.MinItems, count, "items");
        if (count > rules.MaxItems)
            valid = ReportSize(node, row, "maxItems", rules.MaxItems, count, "items");
        if (rules.Unique && JsonEquality.FindTwins(_tape, row, out var first, out var second))
            valid = Report(node, row, "uniqueItems", $"must not hold an item twice (items {first} and {second} are equal)");
        var index = 0;
        for (var item = row + 1; item < _tape.Rows[row].Next; item = _tape.Rows[item].Next, index++)
        {
            var isPrefix = index < rules.Prefix.Length;
            var schema = isPrefix ? rules.Prefix[index] : rules.Items;
            if (schema is null)
                break;
            valid &= schema.IsFalse && !isPrefix
                ? Report(node, item, "items", "is one item too many")
                : CollectBelow(schema, item, isPrefix ? $"prefixItems/{index}" : "items");
            if (marks != Untracked)
                Mark(marks, index);
        }

        return (rules.Contains is null || CollectContains(node, rules, row, marks)) & valid;
    }

    private bool CollectContains(SchemaNode node, ArrayRules rules, int row, int marks)
    {
        var matches = CountMatches(rules, row, marks);
        if (matches > rules.MaxContains)
            return ReportSize(node, row, "maxContains", rules.MaxContains, matches, "matching items");
        if (matches >= rules.MinContains)
            return true;
        var keyword = Has(node, "minContains"u8) ? "minContains" : "contains";
        return ReportSize(node, row, keyword, rules.MinContains, matches, "matching items");
    }

    private static bool Has(SchemaNode node, ReadOnlySpan<byte> keyword) => node.Resource.Document.Tape.Member(node.Row, keyword) >= 0;

    private bool CollectObject(SchemaNode node, ObjectRules rules, int row, int marks)
    {
        var count = _tape.Rows[row].Length;
        var valid = true;
        if (count < rules.MinProperties)
            valid = ReportSize(node, row, "minProperties", rules.MinProperties, count, "members");
        if (count > rules.MaxProperties)
            valid = ReportSize(node, row, "maxProperties", rules.MaxProperties, count, "members");
        foreach (var required in rules.Required)
        {
            if (_tape.Member(row, required.Utf8) < 0)
                valid = Report(node, row, "required", $"must have \"{required.Name}\"");
        }

        foreach (var dependent in rules.DependentRequired)
        {
            if (_tape.Member(row, dependent.Trigger.Utf8) < 0)
                continue;
            foreach (var name in dependent.Names)
            {
                if (_tape.Member(row, name.Utf8) < 0)
                    valid = Report(node, row, dependent.Keyword, $"must have \"{name.Name}\" because it has \"{dependent.Trigger.Name}\"");
            }
        }

        var index = 0;
        for (var member = row + 1; member < _tape.Rows[row].Next; member = _tape.Rows[member + 1].Next, index++)
        {
            valid &= CollectMember(node, rules, member, out var evaluated);
            if (evaluated && marks != Untracked)
                Mark(marks, index);
        }

        foreach (var dependent in rules.DependentSchemas)
        {
            if (_tape.Member(row, dependent.Trigger.Utf8) >= 0)
                valid &= CollectBelow(dependent.Schema, row, $"{dependent.Keyword}/{JsonPointer.Escape(dependent.Trigger.Name)}", marks);
        }

        return valid;
    }

    private bool CollectMember(SchemaNode node, ObjectRules rules, int member, out bool evaluated)
    {
        using var name = new JsonText(_tape, member, stackalloc byte[JsonText.StackBytes]);
        var valid = true;
        evaluated = false;
        var found = rules.Names.Find(name.Bytes);
        if (found >= 0 && rules.Properties[found].Schema is { } property)
        {
            evaluated = true;
            valid &= CollectBelow(property, member + 1, $"properties/{JsonPointer.Escape(rules.Properties[found].Name)}");
        }

        foreach (var pattern in rules.Patterns)
        {
            if (!Matches(pattern.Pattern, name.Bytes))
                continue;
            evaluated = true;
            valid &= CollectBelow(pattern.Schema, member + 1, $"patternProperties/{JsonPointer.Escape(pattern.Source)}");
        }

        if (!evaluated && rules.Additional is not null)
        {
            evaluated = true;
            valid &= rules.Additional.IsFalse
                ? ReportUnknown(node, member, "additionalProperties")
                : CollectBelow(rules.Additional, member + 1, "additionalProperties");
        }

        if (rules.PropertyNames is not null && !Check(rules.PropertyNames, member))
            valid = CollectName(node, rules.PropertyNames, member);
        return valid;
    }

    /// <summary>Errors of a name are reported at its member, as errors of the name.</summary>
    private bool CollectName(SchemaNode node, SchemaNode names, int member)
    {
        if (names.IsFalse)
            return Report(node, member, "propertyNames", "is not known here");
        var before = Findings.Count;
        CollectBelow(names, member, "propertyNames");
        for (var i = before; i < Findings.Count; i++)
            Findings[i] = Findings[i] with { Message = $"has a name that {Findings[i].Message}" };
        return false;
    }
}
