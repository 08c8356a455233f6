using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <content>Objects: one walk over the members answers for all keywords about them.</content>
internal ref partial struct Evaluator
{
    private bool CheckObject(ObjectRules rules, int row, int marks)
    {
        var count = _tape.Rows[row].Length;
        if (count < rules.MinProperties || count > rules.MaxProperties)
            return false;
        var visit = new Visit { Property = -1 };
        if (rules.VisitsMembers)
        {
            var index = 0;
            for (var member = row + 1; member < _tape.Rows[row].Next; member = _tape.Rows[member + 1].Next, index++)
            {
                visit.IsEvaluated = false;
                var valid = _tape.Rows[member].Escaped
                    ? CheckEscapedMember(rules, member, ref visit)
                    : CheckMember(rules, member, _tape.Raw(member), ref visit);
                if (!valid)
                    return false;
                if (visit.IsEvaluated && marks != Untracked)
                    Mark(marks, index);
            }
        }

        if ((visit.Required & rules.RequiredBits) != rules.RequiredBits)
            return false;
        return CheckRareNames(rules, row) && CheckDependentSchemas(rules, row, marks);
    }

    private bool CheckEscapedMember(ObjectRules rules, int member, ref Visit visit)
    {
        using var name = new JsonText(_tape, member, stackalloc byte[JsonText.StackBytes]);
        return CheckMember(rules, member, name.Bytes, ref visit);
    }

    private bool CheckMember(ObjectRules rules, int member, scoped ReadOnlySpan<byte> name, ref Visit visit)
    {
        visit.Property = rules.Names.Find(name, visit.Property + 1);
        if (visit.Property >= 0)
        {
            ref readonly var property = ref rules.Properties.ItemRef(visit.Property);
            visit.Required |= property.RequiredBit;
            visit.IsEvaluated = property.Schema is not null;
            if (visit.IsEvaluated && !Check(property.Schema!, member + 1))
                return false;
        }

        foreach (var pattern in rules.Patterns)
        {
            if (!Matches(pattern.Pattern, name))
                continue;
            visit.IsEvaluated = true;
            if (!Check(pattern.Schema, member + 1))
                return false;
        }

        if (!visit.IsEvaluated && rules.Additional is not null)
        {
            visit.IsEvaluated = true;
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

    /// <summary>A walk over the members of an object.</summary>
    private struct Visit
    {
        /// <summary>Index of the last one in <see cref="ObjectRules.Properties"/>: the next member is most likely the one behind it.</summary>
        public int Property;

        /// <summary>Bits of the required names seen.</summary>
        public ulong Required;

        /// <summary>Whether a keyword has spoken about the last one.</summary>
        public bool IsEvaluated;
    }
}
