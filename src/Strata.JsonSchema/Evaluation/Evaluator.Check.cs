using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Formats;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <content>Yes or no, as fast as it goes and without allocating.</content>
internal ref partial struct Evaluator
{
    public bool Check(SchemaNode node, int row, int marks = Untracked)
    {
        node = node.Forward ?? node;
        var type = _tape.Rows[row].Type;
        if ((node.Types & type) == JsonTypes.None)
            return false;
        if (node.IsTypeOnly)
            return true;
        if (type <= JsonTypes.String && node.IsFlat)
        {
            _stepsLeft -= TextSteps(_tape.Rows[row].Length);
            return CheckScalar(node, row, type);
        }

        if (!Enter(row))
            return false;
        var valid = node.NeedsCare || _scope is not null ? CheckGuarded(node, row, marks) : CheckKeywords(node, row, marks);
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
        var type = _tape.Rows[row].Type;
        var valid = type switch
        {
            JsonTypes.Object => (node.Object is null || CheckObject(node.Object, row, marks)) && HasValue(node, row),
            JsonTypes.Array => (node.Array is null || CheckArray(node.Array, row, marks)) && HasValue(node, row),
            _ => CheckScalar(node, row, type),
        };
        return valid && (node.InPlace is null || CheckInPlace(node.InPlace, row, marks));
    }

    private bool CheckScalar(SchemaNode node, int row, JsonTypes type)
    {
        if (node.HasValues && !HasValue(node, row))
            return false;
        if (type == JsonTypes.String)
            return node.String is null || CheckString(node.String, row);
        return node.Number is null || (type & JsonTypes.Number) == JsonTypes.None || CheckNumber(node.Number, row);
    }

    private bool HasValue(SchemaNode node, int row) =>
        (node.Const is null || Holds(node.Const, row)) && (node.Enum is null || Holds(node.Enum, row));

    private bool Holds(ValueSet values, int row)
    {
        if (values.Strings is not null)
        {
            if (_tape.Rows[row].Type != JsonTypes.String)
                return false;
            return _tape.Rows[row].Escaped ? HoldsEscaped(values.Strings, row) : values.Strings.Find(_tape.Raw(row)) >= 0;
        }

        _stepsLeft -= _tape.Rows[row].Next - row;
        var schema = values.Document.Tape;
        foreach (var value in values.Rows)
        {
            if (JsonEquality.Equal(schema, value, _tape, row))
                return true;
        }

        return false;
    }

    private readonly bool HoldsEscaped(NameTable strings, int row)
    {
        using var text = new JsonText(_tape, row, stackalloc byte[JsonText.StackBytes]);
        return strings.Find(text.Bytes) >= 0;
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
        return CompareExactly(row, bound);
    }

    private readonly int CompareExactly(int row, Bound bound) =>
        JsonNumber.Compare(JsonNumber.Parse(_tape.Raw(row), stackalloc byte[JsonNumber.StackBytes]), bound.Number);

    private readonly bool IsMultipleOf(int row, Bound divisor)
    {
        if (_tape.Rows[row].Plain && divisor.Plain is { } plain)
            return JsonNumber.PlainValue(_tape.Raw(row)) % plain == 0;
        return IsMultipleOfExactly(row, divisor);
    }

    private readonly bool IsMultipleOfExactly(int row, Bound divisor) =>
        JsonNumber.Parse(_tape.Raw(row), stackalloc byte[JsonNumber.StackBytes]).IsMultipleOf(divisor.Number);

    private bool CheckString(StringRules rules, int row) =>
        _tape.Rows[row].Escaped ? CheckEscapedString(rules, row) : CheckText(rules, _tape.Raw(row));

    private bool CheckEscapedString(StringRules rules, int row)
    {
        using var text = new JsonText(_tape, row, stackalloc byte[JsonText.StackBytes]);
        return CheckText(rules, text.Bytes);
    }

    private bool CheckText(StringRules rules, scoped ReadOnlySpan<byte> text) =>
        HasLength(rules, text)
        && (rules.Pattern is null || Matches(rules.Pattern, text))
        && (rules.Format is null || HasFormat(rules.Format, text));

    /// <summary>Some formats take a microsecond for a few letters, hence a step for each byte.</summary>
    private bool HasFormat(Format format, scoped ReadOnlySpan<byte> text)
    {
        _stepsLeft -= text.Length;
        return format.IsValid(text);
    }

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
        return !rules.Unique || !HasTwins(row);
    }

    private bool HasTwins(int row)
    {
        _stepsLeft -= _tape.Rows[row].Next - row;
        return JsonEquality.FindTwins(_tape, row, out _, out _);
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
}
