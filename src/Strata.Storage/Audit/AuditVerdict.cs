using System.Collections.Immutable;

namespace Strata.Storage;

/// <summary>One thing that is not as it was written.</summary>
/// <param name="Table">The table that says so: <c>audit_event</c>, <c>layer_revision</c>, <c>layer_leaf</c> ...</param>
/// <param name="Row">Which row of it: a sequence, a layer with its number or pointer, a tenant's id ...</param>
/// <param name="At">The sequence of the event that is wrong or missing; <c>null</c> when the events are right and what follows from them is not.</param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record AuditFinding(string Table, string Row, long? At, string Reason);

/// <summary>What a chain, and all that follows from it, was found to be.</summary>
/// <param name="Scope"><c>shared</c>, or <c>tenant:</c> and the tenant's id.</param>
/// <param name="Events">How many events were checked: all, or those before the first that is wrong.</param>
/// <param name="Findings">What is wrong, the events first; not more than <see cref="AuditFindings.Most"/>.</param>
public sealed record ChainVerdict(string Scope, long Events, ImmutableArray<AuditFinding> Findings)
{
    /// <summary>Whether chain, revisions and everything that follows from them are as they were written.</summary>
    public bool IsValid => Findings.IsEmpty;

    /// <summary>
    /// The sequence of the first event that is wrong or missing, one after the last when the events are right and something else is not; <c>null</c> when
    /// nothing is, or nothing was found before a database was away.
    /// </summary>
    public long? BrokenAt => IsValid ? null : Findings[0].At ?? (IsReadable ? Events + 1 : null);

    /// <summary>What is wrong first; <c>null</c> when nothing is.</summary>
    public string? Reason => IsValid ? null : Findings[0].Reason;

    /// <summary>Whether the check came to its end: <c>false</c> when a database was away before. Values that Strata cannot read are findings.</summary>
    public bool IsReadable { get; init; } = true;
}

/// <summary>What a check has found so far.</summary>
public sealed class AuditFindings
{
    /// <summary>How many findings of a chain are told: enough to see what happened, not so many that an answer has no end.</summary>
    public const int Most = 100;

    private readonly ImmutableArray<AuditFinding>.Builder _found = ImmutableArray.CreateBuilder<AuditFinding>();
    private int _more;

    /// <summary>Adds one.</summary>
    public void Add(string table, string row, string reason, long? at = null)
    {
        if (_found.Count < Most - 1)
            _found.Add(new AuditFinding(table, row, at, reason));
        else
            _more++;
    }

    /// <summary>All of them, the last saying how many are left out.</summary>
    public ImmutableArray<AuditFinding> ToArray() =>
        _more == 0 ? _found.ToImmutable() : [.. _found, new AuditFinding("", "", null, $"{_more} more findings are left out.")];
}
