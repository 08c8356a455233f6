using System.Collections.Concurrent;
using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Judgement;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Cli.Files;

/// <summary>The brands that a set of files describes: layers to judge and to resolve, without a server.</summary>
internal sealed class FileBrands
{
    private static readonly string[] AttributeNames = ["displayName", "tier", "region", "labels"];

    private readonly ConfigurationSet _set;
    private readonly Dictionary<string, PlatformLayers> _platforms;
    private readonly Dictionary<string, JsonObject> _defaults;
    private readonly Resolver _resolver;
    private readonly Judge _judge;
    private readonly ConcurrentDictionary<ConfigurationItem, JsonObject> _effective = new(ReferenceEqualityComparer.Instance); // what judging came to anyway

    /// <summary>Reads the layers.</summary>
    /// <param name="set">The files to judge or render.</param>
    /// <param name="around">What they lean on and do not describe themselves: other files' platforms, segments and allowlist.</param>
    public FileBrands(ConfigurationSet set, ConfigurationSet around)
    {
        _set = set;
        var sections = SectionCatalog.Load();
        _resolver = new Resolver(sections);
        _judge = new Judge(sections, _resolver);
        var items = set.Items.Concat(around.Items).DistinctBy(item => (item.Kind, item.Platform, item.Id)).ToList();
        AllowlistDocument = items.Find(item => item.Kind == "allowlist")?.Document ?? JsonObject.Empty;
        var allowlist = Allowlist.Read(AllowlistDocument);
        var segments = items.Where(item => item.Kind == "segment").ToLookup(
            item => item.Platform!, item => Segment.Read(SegmentId.Parse(item.Id), item.Document), StringComparer.Ordinal);
        _platforms = items.Where(item => item.Kind == "platform").ToDictionary(
            item => item.Id,
            item => new PlatformLayers(PlatformId.Parse(item.Id), allowlist, item.Document.Without("displayName"), [.. segments[item.Id]]),
            StringComparer.Ordinal);
        _defaults = _platforms.ToDictionary(platform => platform.Key, platform => _resolver.Resolve(platform.Value).Document, StringComparer.Ordinal);
    }

    /// <summary>The allowlist; empty when no file has one.</summary>
    public JsonObject AllowlistDocument { get; }

    /// <summary>What schemas, override rules and policies refuse, by file and place; the same judgement as the server's.</summary>
    public IEnumerable<Problem> Problems() => _set.Items.AsParallel().AsOrdered().SelectMany(Problems);

    /// <summary>The brands as renderers take them; a tenant is resolved once, for all of them.</summary>
    public Installation Installation() => new(
        [
            .. _platforms.Values.Where(layers => _set.Items.Any(item => item.Kind == "platform" && item.Id == layers.Id.Text)).Select(layers => new Brand(
                layers.Id,
                _defaults[layers.Id.Text],
                _set.Items.Where(item => item.Kind == "tenant" && item.Platform == layers.Id.Text).AsParallel().AsOrdered()
                    .Select(item => Resolved(layers, item)))),
        ],
        AllowlistDocument);

    private IEnumerable<Problem> Problems(ConfigurationItem item)
    {
        if (item.Brand is null)
            return Refused(item, _judge.Allowlist(JsonObject.Empty, item.Document));
        if (!_platforms.TryGetValue(item.Brand, out var layers))
            return [item.ProblemOf("platform", "file", $"no file describes the platform '{item.Brand}'")];
        return item.Kind switch
        {
            "platform" => DisplayName(item).Concat(Refused(item, _judge.Platform(layers with { Document = JsonObject.Empty }, layers.Document))),
            "segment" => Refused(item, _judge.Segment(layers, SegmentId.Parse(item.Id), JsonObject.Empty, item.Document)),
            _ => Tenant(item, layers),
        };
    }

    private static IEnumerable<Problem> DisplayName(ConfigurationItem item)
    {
        if (item.Document["displayName"] is { } name && name.Text() is not { Length: > 0 and <= 80 })
            yield return item.ProblemAt("/displayName", "maxLength", "must be a text of 1 to 80 characters");
    }

    private IEnumerable<Problem> Tenant(ConfigurationItem item, PlatformLayers above)
    {
        var tenant = Layers(above, item);
        var name = JsonObject.Of(("displayName", Json.Of(tenant.Attributes.DisplayName)));
        var nobody = tenant with { Attributes = TenantAttributes.Read(name), Overrides = JsonObject.Empty };
        var overrides = _judge.Tenant(above, tenant with { Overrides = JsonObject.Empty }, tenant.Overrides, RevisionKind.Import);
        if (overrides.After is { } after)
            _effective[item] = after.Document;
        return Refused(item, _judge.Attributes(above, nobody, Attributes(above, item))).Concat(Refused(item, overrides));
    }

    private static IEnumerable<Problem> Refused(ConfigurationItem item, Verdict verdict) =>
        verdict.Violations.Select(violation => item.ProblemAt(violation.Pointer.Text, violation.Rule, violation.Message));

    private TenantLayers Layers(PlatformLayers above, ConfigurationItem item) => new(
        TenantId.Parse(item.Id),
        TenantAttributes.Read(Attributes(above, item)),
        JsonObject.Of(item.Document.Members.ToArray().Where(member => !AttributeNames.Contains(member.Key))));

    /// <summary>What the server would make of it: the id as a name, the first of the platform's data regions.</summary>
    private JsonObject Attributes(PlatformLayers above, ConfigurationItem item)
    {
        var given = JsonObject.Of(item.Document.Members.ToArray().Where(member => AttributeNames.Contains(member.Key)));
        var regions = _defaults[above.Id.Text]["residency"].Member("dataRegions").Texts();
        return JsonObject.Of(
            ("displayName", given["displayName"] ?? Json.Of(item.Id)),
            ("tier", given["tier"]),
            ("region", given["region"] ?? (regions is [var first, ..] ? Json.Of(first) : null)),
            ("labels", given["labels"]),
            ("status", Json.Of(TenantAttributes.StatusWord(TenantStatus.Active))));
    }

    private Tenant Resolved(PlatformLayers above, ConfigurationItem item)
    {
        var tenant = Layers(above, item);
        var segments = above.SegmentsOf(tenant.Id, tenant.Attributes).Select(segment => segment.Id);
        return new Tenant(tenant.Id, tenant.Attributes, [.. segments], _effective.GetOrAdd(item, _ => _resolver.Resolve(above, tenant).Document));
    }
}
