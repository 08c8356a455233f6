using System.Collections.Immutable;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Policies;
using Strata.Model.Resolution;

namespace Strata.Model.Judgement;

/// <summary>What a write would do, and what speaks against it. A dry run and the write itself are the same judgement.</summary>
public sealed record Verdict
{
    /// <summary>The document to store.</summary>
    public required JsonObject Document { get; init; }

    /// <summary>What changes in the layer, leaf by leaf; empty when the write changes nothing.</summary>
    public required ImmutableArray<DiffEntry> Diff { get; init; }

    /// <summary>Why the write is refused, in stable order; empty when it is not.</summary>
    public required ImmutableArray<Violation> Violations { get; init; }

    /// <summary>What the write adds that is worth a word but no refusal.</summary>
    public ImmutableArray<Finding> Warnings { get; init; } = [];

    /// <summary>Values of the layer that the write leaves in force less far than they ask: of a rollback above today's ceilings.</summary>
    public ImmutableArray<Breach> Narrowed { get; init; } = [];

    /// <summary>Entries that the write makes policies switch off.</summary>
    public ImmutableArray<Withholding> Withheld { get; init; } = [];

    /// <summary>Whether it is so far from a configuration that it was not judged to the end: nobody would ever be reached by it.</summary>
    public bool IsUnfit { get; init; }

    /// <summary>The effective configuration that the write leads to; <c>null</c> for a layer that holds no sections.</summary>
    public EffectiveConfiguration? After { get; init; }

    /// <summary>The document for people: what looks like a credential does not show, not even in a dry run that refuses it.</summary>
    public JsonObject Shown => Plaintext.Over(JsonPointer.Root, Document) as JsonObject ?? JsonObject.Empty;

    /// <summary>The diff for people, masked alike.</summary>
    public ImmutableArray<DiffEntry> ShownDiff
    {
        get
        {
            var mask = Plaintext;
            return [.. Diff.Select(mask.Over).DistinctBy(entry => entry.Pointer)];
        }
    }

    /// <summary>Whether it is refused for what looks like a credential.</summary>
    public bool HasPlaintext => Violations.Any(violation => violation.Rule == References.PlaintextRule);

    private Mask Plaintext => new(Violations.Where(violation => violation.Rule == References.PlaintextRule).Select(violation => violation.Pointer));

    /// <summary>The refusal; <c>null</c> when the write may go on.</summary>
    public Error? Refusal
    {
        get
        {
            if (Violations.IsEmpty)
                return null;
            var code = Violations.Min(Refusals.Order) switch
            {
                0 => ErrorCodes.SchemaViolation,
                1 => ErrorCodes.PlaintextSecret,
                2 => ErrorCodes.OverrideNotAllowed,
                _ => ErrorCodes.PolicyViolation,
            };
            var first = Violations[0];
            var more = Violations.Length == 1 ? "" : $" ({Violations.Length - 1} more)";
            return new Error(code, $"'{first.Pointer}' {first.Message}{more}.", Violations);
        }
    }
}
