using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Judgement;
using Strata.Model.Resolution;
using Strata.Storage;

namespace Strata.Server.Layers;

/// <summary>One request's wish to change a layer.</summary>
internal sealed record WriteCommand
{
    public required LayerKey Layer { get; init; }

    /// <summary>Makes the new document from the present one.</summary>
    public required Func<JsonObject, Result<JsonObject>> Propose { get; init; }

    /// <summary>What refuses the new document beside its judgement, from the present and the new one; <c>null</c> for nothing.</summary>
    public Func<JsonObject, JsonObject, Violation?> Objection { get; init; } = static (_, _) => null;

    /// <summary>The audit event's action, e.g. <c>platform.changed</c>.</summary>
    public required string Action { get; init; }

    public required Act Act { get; init; }

    public RevisionKind Kind { get; init; } = RevisionKind.Change;

    /// <summary>The number that a rollback puts in force again; else <c>null</c>.</summary>
    public long? Restores { get; init; }

    /// <summary>Only tell what would happen.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>What the request demands of the present revision, such as <c>If-Match</c>; <c>null</c> when it is content.</summary>
    public Func<LayerHead, Error?> Demand { get; init; } = static _ => null;

    /// <summary>Whether the request names the revision that it is based on: then a lost race is its to hear of, else the write is tried anew.</summary>
    public bool IsBound { get; init; }

    /// <summary>Whether the caller may write the overrides of a suspended tenant.</summary>
    public bool MayWriteSuspended { get; init; }
}

/// <summary>A write, done or (as a dry run) thought through.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Verdict">The judgement.</param>
/// <param name="Revision">The layer's newest revision after the write; for a dry run the present one.</param>
/// <param name="Vector">What an effective document must be computed from to be as new as this write.</param>
internal sealed record Written(LayerKey Layer, Verdict Verdict, Revision Revision, RevisionVector Vector)
{
    /// <summary>The number of the revision that was judged against.</summary>
    public long Base => IsDryRun || Verdict.Diff.IsEmpty ? Revision.Number : Revision.Number - 1;

    /// <summary>What the layer itself loses. Of a tenant's attributes the impact says it, by tenant.</summary>
    public ImmutableArray<Breach> OwnNarrowed => Layer.Kind == LayerKind.Attributes ? [] : Verdict.Narrowed;

    /// <summary>What is switched off in the layer's own view. Of a tenant's attributes the impact says it, by tenant.</summary>
    public ImmutableArray<Withholding> OwnWithheld => Layer.Kind == LayerKind.Attributes ? [] : Verdict.Withheld;

    /// <summary>Whether nothing was done.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whom the change reaches; <c>null</c> for a tenant's own overrides, which reach nobody else.</summary>
    public ImpactReport? Impact { get; init; }
}
