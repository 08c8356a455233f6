using System.Collections.Immutable;
using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <summary>Which branch of an <c>anyOf</c> or <c>oneOf</c> an instance was meant for, when it fits none.</summary>
internal static class Branches
{
    /// <summary>How far an instance came, from far to not at all.</summary>
    private enum Fit
    {
        /// <summary>Only values further down are wrong.</summary>
        Below,

        /// <summary>Something is wrong with the value itself.</summary>
        Here,

        /// <summary>A member with a fixed value, which tells branches apart, has another.</summary>
        OtherTag,
        WrongType,
    }

    /// <summary>The findings of the branch that was meant: the only one that comes furthest. Null when that cannot be told.</summary>
    public static List<Finding>? Meant(Tape tape, int row, List<List<Finding>> outcomes)
    {
        var best = Fit.WrongType;
        List<Finding>? meant = null;
        foreach (var findings in outcomes)
        {
            var fit = Judge(tape, row, findings);
            if (fit < best)
                (best, meant) = (fit, findings);
            else if (fit == best)
                meant = null;
        }

        return meant;
    }

    /// <summary>One sentence for all branches.</summary>
    public static string Summary(ImmutableArray<SchemaNode> branches, JsonTypes actual)
    {
        var types = branches.Aggregate(JsonTypes.None, (all, branch) => all | (branch.Forward ?? branch).Types);
        return (types & actual) == JsonTypes.None ? Messages.Type(types, actual) : $"must match one of {branches.Length} alternatives";
    }

    private static Fit Judge(Tape tape, int row, List<Finding> findings)
    {
        var fit = findings.Count == 0 ? Fit.WrongType : Fit.Below;
        foreach (var finding in findings)
        {
            var judged = finding.Row != row ? IsTag(tape, row, finding) ? Fit.OtherTag : Fit.Below : finding.Keyword is "type" or "" ? Fit.WrongType : Fit.Here;
            fit = judged > fit ? judged : fit;
        }

        return fit;
    }

    private static bool IsTag(Tape tape, int row, Finding finding)
    {
        if (finding.Keyword is not ("const" or "enum") || tape.Rows[row].Type != JsonTypes.Object)
            return false;
        for (var member = row + 1; member < tape.Rows[row].Next; member = tape.Rows[member + 1].Next)
        {
            if (member + 1 == finding.Row)
                return true;
        }

        return false;
    }
}
