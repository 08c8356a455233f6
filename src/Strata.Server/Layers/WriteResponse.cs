using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Strata.Model;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Overrides;
using Strata.Model.Policies;
using Strata.Model.Resolution;
using Strata.Server.Http;
using Strata.Server.Impact;
using Strata.Server.Revisions;
using Strata.Storage;

namespace Strata.Server.Layers;

/// <summary>What a write of a layer did, or as a dry run would do.</summary>
public sealed record WriteResponse
{
    /// <summary>The layer's document after the write.</summary>
    public required JsonObject Document { get; init; }

    /// <summary>The number of the layer's newest revision; a write that changes nothing and a dry run make none.</summary>
    public required long Revision { get; init; }

    /// <summary>What changes in the layer, leaf by leaf; of a dry run to the revision that the write would make.</summary>
    public required DiffResponse Diff { get; init; }

    /// <summary>Values that the write leaves in force less far than they ask: the layer's own, and tenants' below it.</summary>
    public required ImmutableArray<NarrowedResponse> Narrowed { get; init; }

    /// <summary>Entries that the write makes policies switch off, in the layer's own view and for tenants below it.</summary>
    public required ImmutableArray<WithheldResponse> Withheld { get; init; }

    /// <summary>What is worth a word but no refusal.</summary>
    public required ImmutableArray<WarningResponse> Warnings { get; init; }

    /// <summary>How many operations each target will see, where that is known. It is not computed yet: a target that is left out may see some, and the target's own plan tells.</summary>
    public ImmutableSortedDictionary<string, int> Operations { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Only of a dry run: why the write would be refused; empty when it would not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ViolationResponse>? Violations { get; init; }

    /// <summary>Only of a dry run of what lies above a tenant, or of its attributes: whom the change reaches.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImpactResponse? Impact { get; init; }

    /// <summary>A write as the wire shows it.</summary>
    internal static WriteResponse Of(Written written) => new()
    {
        Document = written.Verdict.Shown,
        Revision = written.Revision.Number,
        Diff = new DiffResponse(written.Base, written.Base + (written.Verdict.Diff.IsEmpty ? 0 : 1), DiffEntryResponse.Of(written.Verdict.ShownDiff)),
        Narrowed = [.. written.OwnNarrowed.Select(NarrowedResponse.Of), .. (written.Impact?.Narrowed.First ?? []).Select(NarrowedResponse.Of)],
        Withheld = [.. written.OwnWithheld.Select(WithheldResponse.Of), .. (written.Impact?.Withheld.First ?? []).Select(WithheldResponse.Of)],
        Warnings = [.. written.Verdict.Warnings.Select(WarningResponse.Of)],
        Violations = written.IsDryRun ? ViolationResponse.Of(written.Verdict.Violations) : null,
        Impact = written is { IsDryRun: true, Impact: { } impact } ? ImpactResponse.Of(impact) : null,
    };

    /// <summary>A write as an answer, with the ETag that the next write is based on.</summary>
    internal static Answer Answer(Written written) => Answer(written, StatusCodes.Status200OK);

    internal static Answer Answer(Written written, int status) => Reply.Of(
        status, Of(written), WireJson.Shapes.WriteResponse,
        ("ETag", written.Layer.Name.ETag(written.Revision)), ("X-Strata-Revision", written.Vector.ToString()));
}

/// <summary>One leaf that differs.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Op"><c>add</c>, <c>remove</c> or <c>replace</c>.</param>
public sealed record DiffEntryResponse(string Pointer, string Op)
{
    /// <summary>The old value; absent for <c>add</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? Before { get; init; }

    /// <summary>The new value; absent for <c>remove</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? After { get; init; }

    internal static ImmutableArray<DiffEntryResponse> Of(
        ImmutableArray<DiffEntry> entries) => [.. entries.Select(entry => new DiffEntryResponse(entry.Pointer.Text, Word(entry.Op))
    {
        Before = entry.Before,
        After = entry.After,
    })];

    private static string Word(DiffOp op) => op switch
    {
        DiffOp.Add => "add",
        DiffOp.Remove => "remove",
        DiffOp.Replace => "replace",
    };
}

/// <summary>A value that is in force less far than its layer asks.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Layer">Whose value it is.</param>
/// <param name="Rule">The override rule that narrows it.</param>
/// <param name="From">What the layer asks.</param>
/// <param name="To">What is left; <c>null</c> when nothing is.</param>
public sealed record NarrowedResponse(string Pointer, string Layer, string Rule, Json From, Json? To)
{
    /// <summary>The tenant, when the write is of a layer above it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tenant { get; init; }

    internal static NarrowedResponse Of(
        NarrowedValue value) =>
        new(value.Pointer.Text, LayerName.Tenant.Text, value.Rule.Word(), value.From, value.To) { Tenant = value.Tenant.Text };

    internal static NarrowedResponse Of(Breach breach) => new(breach.Pointer.Text, breach.Layer.Text, breach.Rule.Word(), breach.From, breach.To);
}

/// <summary>An entry that a policy switches off.</summary>
/// <param name="Pointer">The entry.</param>
/// <param name="Policy">The policy's id.</param>
/// <param name="Message">Why.</param>
public sealed record WithheldResponse(string Pointer, string Policy, string Message)
{
    /// <summary>The tenant, when the write is of a layer above it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tenant { get; init; }

    internal static WithheldResponse Of(WithheldEntry entry) => new(entry.Pointer.Text, entry.Policy, entry.Message) { Tenant = entry.Tenant.Text };

    internal static WithheldResponse Of(Withholding entry) => new(entry.Pointer.Text, entry.Policy, entry.Message);
}

/// <summary>A policy's word that is no refusal.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Policy">The policy's id.</param>
/// <param name="Message">What is worth knowing.</param>
public sealed record WarningResponse(string Pointer, string Policy, string Message)
{
    internal static WarningResponse Of(Finding finding) => new(finding.Pointer.Text, finding.Policy, finding.Message);
}
