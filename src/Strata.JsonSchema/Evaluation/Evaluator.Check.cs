using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <content>Yes or no, as fast as it goes and without allocating.</content>
internal ref partial struct Evaluator
{
    public bool Check(SchemaNode node, int row, int marks = Untracked)
    {
        node = node.Forward ?? node;
        if ((node.Types & _tape.Rows[row].Type) == JsonTypes.None)
            return false;
        if (node.IsTypeOnly)
            return true;
        if (!Enter())
            return false;
        var valid = node.OnCycle || _scope is not null ? CheckGuarded(node, row, marks) : CheckTracked(node, row, marks);
        _depth--;
        return valid;
    }

    private bool CheckGuarded(SchemaNode node, int row, int marks)
    {
        if (node.OnCycle && !EnterCycle(node, row))
            return false;
        var entered = EnterResource(node);
        var valid = CheckTracked(node, row, marks);
        if (entered)
            LeaveResource();
        if (node.OnCycle)
            LeaveCycle();
        return valid;
    }

    private bool CheckTracked(SchemaNode node, int row, int marks)
    {
        var type = _tape.Rows[row].Type;
        var unevaluated = type == JsonTypes.Object ? node.UnevaluatedProperties : type == JsonTypes.Array ? node.UnevaluatedItems : null;
        if (unevaluated is null)
            return CheckKeywords(node, row, marks);
        var own = BeginMarks(row);
        var valid = CheckKeywords(node, row, own) && CheckUnmarked(unevaluated, row, own);
        EndMarks(own);
        if (valid)
            MarkAll(marks, row);
        return valid;
    }

    private bool CheckUnmarked(SchemaNode schema, int row, int marks)
    {
        var names = _tape.Rows[row].Type == JsonTypes.Object ? 1 : 0;
        var index = 0;
        for (var child = row + 1; child < _tape.Rows[row].Next; child = _tape.Rows[child + names].Next, index++)
        {
            if (!IsMarked(marks, index) && !Check(schema, child + names))
                return false;
        }

        return true;
    }

    private bool CheckKeywords(SchemaNode node, int row, int marks)
    {
        if (node.Const is not null && !Holds(node.Const, row))
            return false;
        if (node.Enum is not null && !Holds(node.Enum, row))
            return false;
        var valid = _tape.Rows[row].Type switch
        {
            JsonTypes.Object => node.Object is null || CheckObject(node.Object, row, marks),
            JsonTypes.String => node.String is null || CheckString(node.String, row),
            JsonTypes.Integer or JsonTypes.Fraction => node.Number is null || CheckNumber(node.Number, row),
            JsonTypes.Array => node.Array is null || CheckArray(node.Array, row, marks),
            _ => true,
        };
        return valid && (node.InPlace is null || CheckInPlace(node.InPlace, row, marks));
    }

    private readonly bool Holds(ValueSet values, int row)
    {
        if (values.Strings is not null)
        {
            if (_tape.Rows[row].Type != JsonTypes.String)
                return false;
            if (!_tape.Rows[row].Escaped)
                return values.Strings.Find(_tape.Raw(row)) >= 0;
            using var text = new JsonText(_tape, row, stackalloc byte[JsonText.StackBytes]);
            return values.Strings.Find(text.Bytes) >= 0;
        }

        var schema = values.Document.Tape;
        foreach (var value in values.Rows)
        {
            if (JsonEquality.Equal(schema, value, _tape, row))
                return true;
        }

        return false;
    }

    private readonly bool CheckNumber(NumberRules rules, int row)
    {
        if (rules.MultipleOf is not null && !IsMultipleOf(row, rules.MultipleOf))
            return false;
        return (rules.Minimum is null || Compare(row, rules.Minimum) >= 0)
            && (rules.Maximum is null || Compare(row, rules.Maximum) <= 0)
            && (rules.ExclusiveMinimum is null || Compare(row, rules.ExclusiveMinimum) > 0)
            && (rules.ExclusiveMaximum is null || Compare(row, rules.ExclusiveMaximum) < 0);
    }

    private readonly int Compare(int row, Bound bound)
    {
        if (_tape.Rows[row].Plain && bound.Plain is { } plain)
            return JsonNumber.PlainValue(_tape.Raw(row)).CompareTo(plain);
        var value = JsonNumber.Parse(_tape.Raw(row), stackalloc byte[JsonNumber.StackBytes]);
        return JsonNumber.Compare(value, JsonNumber.Parse(bound.Literal, stackalloc byte[JsonNumber.StackBytes]));
    }

    private readonly bool IsMultipleOf(int row, Bound divisor)
    {
        if (_tape.Rows[row].Plain && divisor.Plain is { } plain)
            return JsonNumber.PlainValue(_tape.Raw(row)) % plain == 0;
        var value = JsonNumber.Parse(_tape.Raw(row), stackalloc byte[JsonNumber.StackBytes]);
        return value.IsMultipleOf(JsonNumber.Parse(divisor.Literal, stackalloc byte[JsonNumber.StackBytes]));
    }

    private readonly bool CheckString(StringRules rules, int row)
    {
        if (!_tape.Rows[row].Escaped)
            return CheckText(rules, _tape.Raw(row));
        using var text = new JsonText(_tape, row, stackalloc byte[JsonText.StackBytes]);
        return CheckText(rules, text.Bytes);
    }

    private static bool CheckText(StringRules rules, ReadOnlySpan<byte> text) =>
        HasLength(rules, text)
        && (rules.Pattern is null || rules.Pattern.IsMatch(text))
        && (rules.Format is null || rules.Format.IsValid(text));

    /// <summary>A code point takes one to four bytes, so the number of bytes often decides.</summary>
    private static bool HasLength(StringRules rules, ReadOnlySpan<byte> text)
    {
        var bytes = text.Length;
        if (bytes < rules.MinLength || (bytes + 3) / 4 > rules.MaxLength)
            return false;
        if (bytes <= rules.MaxLength && (bytes + 3) / 4 >= rules.MinLength)
            return true;
        var length = JsonText.CodePoints(text);
        return length >= rules.MinLength && length <= rules.MaxLength;
    }

    private bool CheckArray(ArrayRules rules, int row, int marks)
    {
        var count = _tape.Rows[row].Length;
        if (count < rules.MinItems || count > rules.MaxItems)
            return false;
        if (!rules.Prefix.IsEmpty || rules.Items is not null)
        {
            var index = 0;
            for (var item = row + 1; item < _tape.Rows[row].Next; item = _tape.Rows[item].Next, index++)
            {
                var schema = index < rules.Prefix.Length ? rules.Prefix[index] : rules.Items;
                if (schema is null)
                    break;
                if (!Check(schema, item))
                    return false;
                if (marks != Untracked)
                    Mark(marks, index);
            }
        }

        if (rules.Contains is not null && !CheckContains(rules, row, marks))
            return false;
        return !rules.Unique || !JsonEquality.FindTwins(_tape, row, out _, out _);
    }

    private bool CheckContains(ArrayRules rules, int row, int marks)
    {
        var matches = CountMatches(rules, row, marks);
        return matches >= rules.MinContains && matches <= rules.MaxContains;
    }

    private long CountMatches(ArrayRules rules, int row, int marks)
    {
        var matches = 0L;
        var index = 0;
        for (var item = row + 1; item < _tape.Rows[row].Next; item = _tape.Rows[item].Next, index++)
        {
            if (!Check(rules.Contains!, item))
                continue;
            matches++;
            if (marks != Untracked)
                Mark(marks, index);
        }

        return matches;
    }

    private bool CheckObject(ObjectRules rules, int row, int marks)
    {
        var count = _tape.Rows[row].Length;
        if (count < rules.MinProperties || count > rules.MaxProperties)
            return false;
        var seen = 0UL;
        if (rules.VisitsMembers)
        {
            var index = 0;
            for (var member = row + 1; member < _tape.Rows[row].Next; member = _tape.Rows[member + 1].Next, index++)
            {
                var valid = _tape.Rows[member].Escaped
                    ? CheckEscapedMember(rules, member, ref seen, out var evaluated)
                    : CheckMember(rules, member, _tape.Raw(member), ref seen, out evaluated);
                if (!valid)
                    return false;
                if (evaluated && marks != Untracked)
                    Mark(marks, index);
            }
        }

        if ((seen & rules.RequiredBits) != rules.RequiredBits)
            return false;
        return CheckRareNames(rules, row) && CheckDependentSchemas(rules, row, marks);
    }

    private bool CheckEscapedMember(ObjectRules rules, int member, ref ulong seen, out bool evaluated)
    {
        using var name = new JsonText(_tape, member, stackalloc byte[JsonText.StackBytes]);
        return CheckMember(rules, member, name.Bytes, ref seen, out evaluated);
    }

    private bool CheckMember(ObjectRules rules, int member, scoped ReadOnlySpan<byte> name, ref ulong seen, out bool evaluated)
    {
        evaluated = false;
        var found = rules.Names.Find(name);
        if (found >= 0)
        {
            var property = rules.Properties[found];
            seen |= property.RequiredBit;
            evaluated = property.Schema is not null;
            if (evaluated && !Check(property.Schema!, member + 1))
                return false;
        }

        foreach (var pattern in rules.Patterns)
        {
            if (!pattern.Pattern.IsMatch(name))
                continue;
            evaluated = true;
            if (!Check(pattern.Schema, member + 1))
                return false;
        }

        if (!evaluated && rules.Additional is not null)
        {
            evaluated = true;
            if (!Check(rules.Additional, member + 1))
                return false;
        }

        return rules.PropertyNames is null || Check(rules.PropertyNames, member);
    }

    private readonly bool CheckRareNames(ObjectRules rules, int row)
    {
        if (rules.Required.Length > 64)
        {
            foreach (var name in rules.Required)
            {
                if (!name.HasBit && _tape.Member(row, name.Utf8) < 0)
                    return false;
            }
        }

        foreach (var dependent in rules.DependentRequired)
        {
            if (_tape.Member(row, dependent.Trigger.Utf8) < 0)
                continue;
            foreach (var name in dependent.Names)
            {
                if (_tape.Member(row, name.Utf8) < 0)
                    return false;
            }
        }

        return true;
    }

    private bool CheckDependentSchemas(ObjectRules rules, int row, int marks)
    {
        foreach (var dependent in rules.DependentSchemas)
        {
            if (_tape.Member(row, dependent.Trigger.Utf8) >= 0 && !Check(dependent.Schema, row, marks))
                return false;
        }

        return true;
    }
}
