using Strata.JsonSchema.Compilation;

namespace Strata.JsonSchema.Evaluation;

/// <content>Schemas applied to the same value: references, combinations and conditions.</content>
internal ref partial struct Evaluator
{
    private bool CheckInPlace(InPlaceRules rules, int row, int marks)
    {
        if (rules.Ref is not null && !Check(rules.Ref, row, marks))
            return false;
        if (rules.DynamicRef is not null && !Check(Target(rules.DynamicRef), row, marks))
            return false;
        foreach (var branch in rules.AllOf)
        {
            if (!Check(branch, row, marks))
                return false;
        }

        if (!rules.AnyOf.IsEmpty && !CheckAnyOf(rules, row, marks))
            return false;
        if (!rules.OneOf.IsEmpty && CountOneOf(rules, row, marks, stopAt: 2) != 1)
            return false;
        if (rules.Not is not null && Check(rules.Not, row))
            return false;
        return rules.If is null || CheckCondition(rules, row, marks);
    }

    /// <summary>A schema that may fail without consequence: what it marked counts only if it holds.</summary>
    private bool Try(SchemaNode branch, int row, int marks)
    {
        if (marks == Untracked || !branch.CanMark)
            return Check(branch, row);
        var own = BeginMarks(row);
        var valid = Check(branch, row, own);
        if (valid)
            MergeMarks(own, marks, row);
        EndMarks(own);
        return valid;
    }

    /// <summary>When marks are wanted, every branch that holds contributes.</summary>
    private bool CheckAnyOf(InPlaceRules rules, int row, int marks)
    {
        var any = false;
        foreach (var branch in rules.AnyOf)
        {
            if (!Try(branch, row, marks))
                continue;
            if (marks == Untracked)
                return true;
            any = true;
        }

        return any;
    }

    private int CountOneOf(InPlaceRules rules, int row, int marks, int stopAt)
    {
        var count = 0;
        foreach (var branch in rules.OneOf)
        {
            if (Try(branch, row, marks) && ++count == stopAt)
                break;
        }

        return count;
    }

    private bool CheckCondition(InPlaceRules rules, int row, int marks)
    {
        var chosen = Try(rules.If!, row, marks) ? rules.Then : rules.Else;
        return chosen is null || Check(chosen, row, marks);
    }
}
