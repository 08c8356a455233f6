using System.Globalization;
using Strata.JsonSchema.Compilation;

namespace Strata.JsonSchema.Evaluation;

/// <content>
/// All errors. Keywords are walked in a fixed order and nothing is skipped, except what would only repeat a fault: keywords
/// beside a <c>type</c> that fails, and <c>unevaluated*</c> beside a choice that failed, whose branches know the members.
/// Once the report is over, answers mean nothing any more.
/// </content>
internal ref partial struct Evaluator
{
    private List<Finding> Findings => _findings ??= [];

    /// <summary>In the order of the document; of one value, in the order found.</summary>
    public IEnumerable<Finding> SortedFindings => Findings.OrderBy(finding => finding.Row);

    /// <summary>Full, or given up: from then on nothing is looked for, and what would still be found is no fault of the instance.</summary>
    private bool IsOver => GivenUp is not null || Findings.Count >= _options.MaxErrors;

    public bool Collect(SchemaNode node, int row, int marks = Untracked)
    {
        if (IsOver)
            return false;
        if ((node.Types & _tape.Rows[row].Type) == JsonTypes.None)
            return node.IsFalse ? Report(node, row, "", "is not allowed") : Report(node, row, "type", Messages.Type(node.Types, _tape.Rows[row].Type));
        if (node.IsTypeOnly)
            return true;
        if (!Enter(row) || (node.OnCycle && !EnterCycle(node, row)))
            return false;
        var entered = EnterResource(node);
        var valid = CollectTracked(node, row, marks);
        if (entered)
            LeaveResource();
        if (node.OnCycle)
            LeaveCycle();
        _depth--;
        return valid;
    }

    private bool CollectTracked(SchemaNode node, int row, int marks)
    {
        var isObject = _tape.Rows[row].Type == JsonTypes.Object;
        var unevaluated = isObject ? node.UnevaluatedProperties : _tape.Rows[row].Type == JsonTypes.Array ? node.UnevaluatedItems : null;
        if (unevaluated is null)
            return CollectKeywords(node, row, marks);
        var own = BeginMarks(row);
        var valid = CollectKeywords(node, row, own);
        valid &= CollectUnmarked(node, unevaluated, row, own);
        EndMarks(own);
        MarkAll(marks, row);
        return valid;
    }

    private bool CollectUnmarked(SchemaNode node, SchemaNode schema, int row, int marks)
    {
        var isObject = _tape.Rows[row].Type == JsonTypes.Object;
        var keyword = isObject ? "unevaluatedProperties" : "unevaluatedItems";
        var valid = true;
        var index = 0;
        for (var child = row + 1; child < _tape.Rows[row].Next; child = _tape.Rows[isObject ? child + 1 : child].Next, index++)
        {
            if (IsMarked(marks, index))
                continue;
            if (!schema.IsFalse)
                valid &= CollectBelow(schema, isObject ? child + 1 : child, keyword);
            else if (isObject)
                valid &= ReportUnknown(node, child, keyword);
            else
                valid &= Report(node, child, keyword, "is one item too many");
        }

        return valid;
    }

    private bool CollectKeywords(SchemaNode node, int row, int marks)
    {
        var valid = true;
        if (node.Const is not null && !Holds(node.Const, row))
            valid = Report(node, row, "const", Messages.Const(node.Const));
        if (node.Enum is not null && !Holds(node.Enum, row))
            valid = Report(node, row, "enum", Messages.Enum(node.Enum));
        valid &= _tape.Rows[row].Type switch
        {
            JsonTypes.Object => node.Object is null || CollectObject(node, node.Object, row, marks),
            JsonTypes.String => node.String is null || CollectString(node, node.String, row),
            JsonTypes.Integer or JsonTypes.Fraction => node.Number is null || CollectNumber(node, node.Number, row),
            JsonTypes.Array => node.Array is null || CollectArray(node, node.Array, row, marks),
            _ => true,
        };
        return node.InPlace is null ? valid : CollectInPlace(node, node.InPlace, row, marks) & valid;
    }

    private bool CollectInPlace(SchemaNode node, InPlaceRules rules, int row, int marks)
    {
        var valid = true;
        if (rules.Ref is not null)
            valid &= CollectBelow(rules.Ref, row, "$ref", marks);
        if (rules.DynamicRef is not null)
            valid &= CollectBelow(Target(rules.DynamicRef), row, "$dynamicRef", marks);
        for (var i = 0; i < rules.AllOf.Length; i++)
            valid &= CollectBelow(rules.AllOf[i], row, $"allOf/{i}", marks);
        if (!rules.AnyOf.IsEmpty && !CheckAnyOf(rules, row, marks))
            valid = CollectBranches(node, "anyOf", row, marks);
        if (!rules.OneOf.IsEmpty)
            valid &= CollectOneOf(node, rules, row, marks);
        if (rules.Not is not null && Check(rules.Not, row))
            valid = Report(node, row, "not", "must not match the schema in \"not\"");
        if (rules.If is null)
            return valid;
        var holds = Try(rules.If, row, marks);
        var chosen = holds ? rules.Then : rules.Else;
        return (chosen is null || CollectBelow(chosen, row, holds ? "then" : "else", marks)) & valid;
    }

    private bool CollectOneOf(SchemaNode node, InPlaceRules rules, int row, int marks)
    {
        var matches = CountOneOf(rules, row, marks, stopAt: int.MaxValue);
        if (matches == 1)
            return true;
        if (matches == 0)
            return CollectBranches(node, "oneOf", row, marks);
        MarkAll(marks, row);
        return Report(node, row, "oneOf", $"must match exactly one of {rules.OneOf.Length} alternatives (matches {matches})");
    }

    /// <summary>No branch holds. Says why the branch that was meant does not, or, if that cannot be told, only that none does.</summary>
    private bool CollectBranches(SchemaNode node, string keyword, int row, int marks)
    {
        if (IsOver)
            return false;
        var branches = keyword == "anyOf" ? node.InPlace!.AnyOf : node.InPlace!.OneOf;
        var outcomes = new List<List<Finding>>();
        var outer = Findings;
        try
        {
            for (var i = 0; i < branches.Length; i++)
            {
                _findings = [];
                CollectBelow(branches[i], row, $"{keyword}/{i}");
                outcomes.Add(_findings);
            }
        }
        finally
        {
            _findings = outer;
        }

        if (IsOver)
            return false;
        MarkAll(marks, row);
        if (Branches.Meant(_tape, row, outcomes) is { } meant)
        {
            _findings.AddRange(meant);
            return false;
        }

        return Report(node, row, keyword, Branches.Summary(branches, _tape.Rows[row].Type));
    }

    private bool CollectBelow(SchemaNode node, int row, string segment, int marks = Untracked)
    {
        (_path ??= []).Add(segment);
        var valid = Collect(node, row, marks);
        _path.RemoveAt(_path.Count - 1);
        return valid;
    }

    /// <summary>A member that must not be there. To find the name that was meant is dear, so it is done for reported members only.</summary>
    private bool ReportUnknown(SchemaNode node, int member, string keyword) =>
        !IsOver && Report(node, member + 1, keyword, Messages.Unknown(_tape.String(member), Messages.KnownNames(node)));

    /// <summary>Always false, so that callers can return it. Nothing is added once the report is over.</summary>
    private bool Report(SchemaNode node, int row, string keyword, string message, string? limit = null)
    {
        if (IsOver)
            return false;
        var path = string.Concat((_path ?? []).Select(segment => "/" + segment));
        Findings.Add(new Finding(row, node, keyword.Length == 0 ? path : $"{path}/{keyword}", keyword, message, limit));
        return false;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
