using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Judgement;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Model.Tests;

/// <summary>A platform with segments and one tenant, read from JSON: the language that these tests speak.</summary>
internal sealed record Brand(PlatformLayers Layers, TenantLayers Tenant)
{
    public static readonly SectionCatalog Sections = SectionCatalog.Load();

    public static readonly Resolver Resolver = new(Sections);

    public static readonly Judge Judge = new(Sections, Resolver);

    public EffectiveConfiguration Effective => Resolver.Resolve(Layers, Tenant);

    public static Brand Of(string platform) => new(
        new PlatformLayers(PlatformId.Parse("dcoder"), new Allowlist(["api.anthropic.com", "api.openai.com", "*.openai.azure.com"]), Read(platform), []),
        new TenantLayers(TenantId.Parse("acme"), TenantAttributes.Read(Read("""{"displayName":"Acme","tier":"pro","region":"eu"}""")), JsonObject.Empty));

    public Brand Segment(string id, int priority, string match, string config) => this with
    {
        Layers = Layers.WithSegment(SegmentId.Parse(id), new Segment(SegmentId.Parse(id), id, priority, SegmentMatch.Read(Read(match)), Read(config))),
    };

    public Brand Overrides(string overrides) => this with { Tenant = Tenant with { Overrides = Read(overrides) } };

    public Verdict Set(string overrides, RevisionKind kind = RevisionKind.Change) =>
        Judge.Tenant(Layers, Tenant, MergePatch.Apply(Sections.Root, Tenant.Overrides, Read(overrides)).Value, kind);

    public Verdict SetPlatform(string patch) => Judge.Platform(Layers, MergePatch.Apply(Sections.Root, Layers.Document, Read(patch)).Value);

    public Json? Value(string pointer) => Effective.Document.At(JsonPointer.Parse(pointer));

    public EffectiveLeaf Leaf(string pointer) => Effective.Leaves.Single(leaf => leaf.Pointer.Text == pointer);

    public ImmutableArray<string> Withheld => [.. Effective.Withheld.Select(entry => $"{entry.Pointer} {entry.Policy}")];

    public static JsonObject Read(string json) => (JsonObject)Json.Trusted(json);
}
