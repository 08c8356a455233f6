using System.Collections.Immutable;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Policies;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Model.Judgement;

/// <summary>
/// Judges writes before they are stored. Only what a write changes is judged: older values that no longer fit do not block an unrelated edit.
/// </summary>
/// <param name="sections">The product's language.</param>
/// <param name="resolver">Computes what a write leads to.</param>
public sealed class Judge(SectionCatalog sections, Resolver resolver)
{
    /// <summary>The size of a tenant's overrides, in bytes of canonical JSON.</summary>
    public const int MaxOverridesBytes = 256 * 1024;

    /// <summary>The size of a platform's or segment's document, in bytes of canonical JSON.</summary>
    public const int MaxPlatformBytes = 2 * 1024 * 1024;

    private const int MaxFaults = 100;

    private static readonly JsonPointer Config = JsonPointer.Of("config");

    /// <summary>A platform's new document. The allowlist binds it; narrowing tenants does not refuse it.</summary>
    public Verdict Platform(PlatformLayers before, JsonObject document) => Sections(new Write(LayerName.Platform, before.Document, document, MaxPlatformBytes)
    {
        Resolve = own => resolver.Resolve(before with { Document = own }),
    });

    /// <summary>A segment's new document; <c>{}</c> deletes it, and as the old one says that there was none.</summary>
    public Verdict Segment(PlatformLayers platform, SegmentId id, JsonObject before, JsonObject document)
    {
        var config = document["config"] as JsonObject ?? JsonObject.Empty;
        var verdict = Sections(new Write(LayerName.Segment(id), before["config"] as JsonObject ?? JsonObject.Empty, config, MaxPlatformBytes)
        {
            Resolve = own => resolver.Resolve(platform, Model.Segment.Read(id, document.With("config", own))),
        });
        var pruned = document["config"] is null || verdict.Document.Count == 0 ? document.Without("config") : document.With("config", verdict.Document);
        var diff = DocumentDiff.Between(sections.Segment, before, pruned);
        var own = diff.RemoveAll(entry => entry.Pointer.IsWithin(Config));
        var faults = document.Count == 0 ? [] : sections.Documents.CheckSegment(document);
        return verdict with
        {
            Document = pruned,
            Diff = diff,
            Violations = [.. Unfit(pruned, own, faults).Violations, .. verdict.Violations.Select(violation => violation with { Pointer = JsonPointer.Parse(Config.Text + violation.Pointer.Text) })],
            IsUnfit = verdict.IsUnfit || HasPlaintext(own),
        };
    }

    /// <summary>A tenant's new overrides.</summary>
    /// <param name="above">The layers above it.</param>
    /// <param name="tenant">The tenant with its present overrides.</param>
    /// <param name="overrides">Its new overrides.</param>
    /// <param name="kind">A rollback restores values above today's ceilings narrowed instead of refusing them.</param>
    public Verdict Tenant(PlatformLayers above, TenantLayers tenant, JsonObject overrides, RevisionKind kind) =>
        Sections(new Write(LayerName.Tenant, tenant.Overrides, overrides, MaxOverridesBytes)
        {
            Resolve = own => resolver.Resolve(above, tenant with { Overrides = own }),
            RulesRefuse = kind != RevisionKind.Rollback,
        });

    /// <summary>A tenant's new attributes. For a new tenant <paramref name="before"/> has no attributes.</summary>
    public Verdict Attributes(PlatformLayers above, TenantLayers before, JsonObject proposed)
    {
        var faults = sections.Documents.CheckAttributes(proposed);
        var document = Sparse.Prune(sections.Documents.Attributes, proposed);
        var diff = DocumentDiff.Between(sections.Documents.Attributes, before.Attributes.ToDocument(), document);
        if (IsUnfit(faults) || HasPlaintext(diff))
            return Unfit(document, diff, faults);
        var (was, now) = (resolver.Resolve(above, before), resolver.Resolve(above, before with { Attributes = TenantAttributes.Read(document) }));
        var added = Added(was.Findings, now.Findings);
        return new Verdict
        {
            Document = document,
            Diff = diff,
            Violations = [.. faults, .. added.Where(finding => finding.Severity == Severity.Deny).Select(Refusals.Of)],
            Warnings = [.. added.Where(finding => finding.Severity == Severity.Warn)],
            Narrowed = [.. now.Narrowed.Where(breach => !was.Breaches.Contains(breach))],
            Withheld = Added(was.Withheld, now.Withheld),
            After = now,
        };
    }

    /// <summary>The allowlist's new document. What platforms lose by it is withheld, not refused.</summary>
    public Verdict Allowlist(JsonObject before, JsonObject proposed)
    {
        if (Size(proposed, MaxPlatformBytes) is [var tooLarge])
            return Unfit(before, [], [tooLarge]);
        var document = Sparse.Prune(sections.Documents.Allowlist, proposed);
        var diff = DocumentDiff.Between(sections.Documents.Allowlist, before, document);
        var faults = sections.Documents.CheckAllowlist(proposed).ToList();
        if (faults.Count > 0)
            faults = [.. faults.Except(sections.Documents.CheckAllowlist(before))];
        return Unfit(document, diff, faults) with { IsUnfit = IsUnfit(faults) || HasPlaintext(diff) };
    }

    private Verdict Sections(Write write)
    {
        var document = Sparse.Prune(sections.Root, write.Proposed);
        // What is too large is looked at no further: everything below costs time and names every fault.
        if (Size(document, write.MaxBytes) is [var tooLarge])
            return Unfit(write.Present, [], [tooLarge]);
        var diff = DocumentDiff.Between(sections.Root, write.Present, document);
        var faults = sections.CheckLayer(document).ToList();
        if (faults.Count > 0)
            faults = [.. faults.Except(sections.CheckLayer(write.Present))];
        // Nor is what is no configuration at all: rules and policies look at every pair of what they find. Nor what holds a credential: their words repeat values.
        if (IsUnfit(faults) || HasPlaintext(diff))
            return Unfit(document, diff, faults);
        var (before, after) = (write.Resolve(write.Present), write.Resolve(document));

        var effective = sections.CheckEffective(before.Document, after.Document);
        var known = faults.Select(fault => (fault.Pointer, fault.Rule)).ToHashSet();
        faults.AddRange(effective.Where(fault => !known.Contains((fault.Pointer, fault.Rule))));

        var breaches = after.Breaches.Where(breach =>
            breach.Layer == write.Layer && write.RulesRefuse
            && diff.Any(entry => entry.After is not null && entry.Pointer.IsWithin(breach.Pointer))
            && !faults.Any(fault => fault.Pointer.IsWithin(breach.Pointer)));
        var findings = Added(before.Findings, after.Findings);
        // Who turns an entry on must hear that it stays off, also when that is nothing new.
        bool IsSet(JsonPointer entry) => diff.Any(changed => changed.After is not null && changed.Pointer.IsWithin(entry));
        bool IsTouched(Finding finding) => after.Withheld.Any(entry => finding.Pointer.IsWithin(entry.Pointer) && IsSet(entry.Pointer));
        return new Verdict
        {
            Document = document,
            Diff = diff,
            Violations =
            [
                .. faults,
                .. PatternSyntax.Check(Changed(diff)),
                .. breaches.Select(Refusals.Of),
                .. findings.Where(finding => finding.Severity == Severity.Deny).Select(Refusals.Of),
            ],
            Warnings = [.. findings.Union(after.Findings.Where(IsTouched)).Where(finding => finding.Severity == Severity.Warn)],
            Narrowed = [.. after.Narrowed.Where(breach => !before.Breaches.Contains(breach))],
            Withheld = [.. Added(before.Withheld, after.Withheld).Union(after.Withheld.Where(entry => IsSet(entry.Pointer)))],
            After = after,
        };
    }

    private static bool IsUnfit(IReadOnlyCollection<Violation> faults) => faults.Count > MaxFaults || faults.Any(fault => fault.Rule is "maxProperties" or "maxItems");

    private static bool HasPlaintext(ImmutableArray<DiffEntry> diff) => References.FindPlaintext(Changed(diff)).Any();

    /// <summary>What is not judged to the end. What is wrong at, in or around a credential is not named, since it might repeat it.</summary>
    private static Verdict Unfit(JsonObject document, ImmutableArray<DiffEntry> diff, IEnumerable<Violation> faults)
    {
        var plaintext = References.FindPlaintext(Changed(diff)).ToImmutableArray();
        var hidden = new Mask(plaintext.Select(violation => violation.Pointer));
        return new Verdict
        {
            Document = document,
            Diff = diff,
            Violations = [.. faults.Where(fault => !hidden.Touches(fault.Pointer)), .. plaintext],
            IsUnfit = true,
        };
    }

    private static ImmutableArray<Violation> Size(JsonObject document, int limit) =>
        document.ToUtf8().Length is var bytes && bytes > limit ? [Refusals.TooLarge(bytes, limit)] : [];

    private static IEnumerable<Leaf> Changed(ImmutableArray<DiffEntry> diff) =>
        diff.Where(entry => entry.After is not null).Select(entry => new Leaf(entry.Pointer, entry.After!));

    private static ImmutableArray<Withholding> Added(ImmutableArray<Withholding> before, ImmutableArray<Withholding> after) =>
        [.. after.ExceptBy(before.Select(entry => entry.Pointer), entry => entry.Pointer)];

    private static ImmutableArray<Finding> Added(ImmutableArray<Finding> before, ImmutableArray<Finding> after) =>
        [.. after.ExceptBy(before.Select(finding => (finding.Policy, finding.Severity, finding.Pointer)), finding => (finding.Policy, finding.Severity, finding.Pointer))];

    /// <summary>A write of a layer that holds sections.</summary>
    private sealed record Write(LayerName Layer, JsonObject Present, JsonObject Proposed, int MaxBytes)
    {
        public required Func<JsonObject, EffectiveConfiguration> Resolve { get; init; }

        public bool RulesRefuse { get; init; } = true;
    }
}
