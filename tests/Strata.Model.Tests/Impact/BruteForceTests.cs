using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Resolution;

namespace Strata.Model.Tests.Impact;

/// <summary>
/// Generated layers with every rule that bounds, segments that come, go and move, and many tenants (2,000; with STRATA_LONG=1, 100,000), each resolved before
/// and after a change. STRATA_SEED repeats a run.
/// </summary>
public sealed class BruteForceTests
{
    private static readonly int Count = Environment.GetEnvironmentVariable("STRATA_LONG") == "1" ? 100_000 : 2_000;

    private readonly int _seed = Seeds.One();

    [Theory]
    [InlineData("platform")]
    [InlineData("segment")]
    [InlineData("match")]
    [InlineData("priority")]
    [InlineData("removal")]
    [InlineData("all")]
    public void What_is_predicted_of_a_change_is_what_resolving_everybody_finds_and_what_each_gets_is_what_a_few_lines_say(string change)
    {
        var random = new Random(_seed);
        var tenants = Enumerable.Range(0, Count).Select(number => Somebody.Random(number, random)).ToList();
        var before = World.Random(random);
        var after = before.Changed(change, random);
        var scope = ImpactScope.Of(Brand.Sections, before.Layers, after.Layers);
        var groups = tenants.GroupBy(tenant => scope.KeyOf(tenant.Layers.Id, tenant.Layers.Attributes, Brand.Sections.Leaves(tenant.Layers.Overrides)))
            .Select(static group => new TenantGroup(group.First().Layers, [.. group.Select(static tenant => tenant.Layers.Id)])).ToList();

        var report = new ImpactAnalysis(Brand.Sections, Brand.Resolver).Of(before.Layers, after.Layers, groups);

        var (affected, narrowed, joining, leaving, changes) = (0, 0, 0, 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var tenant in tenants)
        {
            var (old, now) = (Check(before, tenant), Check(after, tenant));
            var differences = before.Expected(tenant).Places().Except(after.Expected(tenant).Places())
                .Union(after.Expected(tenant).Places().Except(before.Expected(tenant).Places())).Select(static place => place.Pointer).ToHashSet();
            affected += differences.Count > 0 ? 1 : 0;
            foreach (var pointer in differences)
                changes[pointer] = changes.GetValueOrDefault(pointer) + 1;
            narrowed += now.Narrowed.Count(breach => breach.Layer == LayerName.Tenant && !old.Breaches.Contains(breach));
            var (left, entered) = (before.SegmentsOf(tenant).Select(static segment => segment.Id), after.SegmentsOf(tenant).Select(static segment => segment.Id));
            (joining, leaving) = (joining + entered.Except(left).Count(), leaving + left.Except(entered).Count());
        }
        Same((affected, narrowed, joining, leaving), (report.TenantsAffected, report.Narrowed.Count, report.Joining.Count, report.Leaving.Count), change);
        Same(Told(changes), Told(report.Changes.ToDictionary(static entry => entry.Pointer.Text, static entry => entry.Tenants)), change);
    }

    private EffectiveConfiguration Check(World world, Somebody tenant)
    {
        var effective = Brand.Resolver.Resolve(world.Layers, tenant.Layers);
        var expected = world.Expected(tenant).Places().ToDictionary(static place => place.Pointer, static place => place.Value, StringComparer.Ordinal);
        foreach (var pointer in Ask.Pointers)
            Same(expected.GetValueOrDefault(pointer), effective.Document.At(JsonPointer.Parse(pointer))?.ToString(), $"{tenant.Layers.Id} at {pointer}");
        return effective;
    }

    private void Same<T>(T found, T said, string of)
    {
        if (!Equals(found, said))
            Assert.Fail($"{of}: brute force finds {found}, and the product says {said}\nSTRATA_SEED={_seed} STRATA_LONG={(Count > 2_000 ? 1 : 0)} dotnet run --project tests/Strata.Model.Tests -- -class '*{nameof(BruteForceTests)}'");
    }

    private static string Told(IDictionary<string, int> changes) => string.Join(' ', changes.OrderBy(static change => change.Key, StringComparer.Ordinal).Select(static change => $"{change.Key}={change.Value}"));

    /// <summary>A tenant and what it asks for.</summary>
    private sealed record Somebody(string Tier, string Region, Ask Asked, TenantLayers Layers)
    {
        public static Somebody Random(int number, Random random)
        {
            var (tier, region, asked) = (random.Next(3) switch { 0 => "free", 1 => "pro", _ => "enterprise" }, random.Next(2) == 0 ? "eu" : "us", Ask.Random(random));
            var attributes = TenantAttributes.Read(Brand.Read($$"""{"displayName":"T","tier":"{{tier}}","region":"{{region}}"}"""));
            return new Somebody(tier, region, asked, new TenantLayers(TenantId.Parse($"tenant-{number}"), attributes, asked.Document()));
        }
    }

    /// <summary>A segment, what it asks for, and whom it takes in: by one attribute.</summary>
    private sealed record Group(SegmentId Id, int Priority, bool ByTier, string Wanted, Ask Asked)
    {
        public Segment Segment { get; } = new(
            Id, Id.Text, Priority, SegmentMatch.Read(Brand.Read($$"""{"{{(ByTier ? "tier" : "region")}}":["{{Wanted}}"]}""")), Asked.Document());

        public static Group Random(string id, int priority, Random random) => Matching(SegmentId.Parse(id), priority, Ask.Random(random), random);

        public static Group Matching(SegmentId id, int priority, Ask asked, Random random) => random.Next(5) switch
        {
            0 => new Group(id, priority, true, "free", asked),
            1 => new Group(id, priority, true, "pro", asked),
            2 => new Group(id, priority, true, "enterprise", asked),
            3 => new Group(id, priority, false, "eu", asked),
            _ => new Group(id, priority, false, "us", asked),
        };

        public bool Takes(Somebody tenant) => Wanted == (ByTier ? tenant.Tier : tenant.Region);
    }

    /// <summary>A platform and its segments.</summary>
    private sealed record World(Ask Platform, ImmutableArray<Group> Groups)
    {
        public PlatformLayers Layers { get; } = Groups.Aggregate(
            Brand.Of(Platform.Document().ToString()).Layers, static (layers, group) => layers.WithSegment(group.Id, group.Segment));

        public static World Random(Random random) =>
            new(Ask.Random(random), [.. Enumerable.Range(0, 4).Select(number => Group.Random($"segment-{number}", number * 10, random))]);

        public World Changed(string change, Random random)
        {
            var first = Groups[random.Next(Groups.Length)];
            return change switch
            {
                "platform" => new World(Ask.Random(random), Groups),
                "segment" => With(first, new Group(first.Id, first.Priority, first.ByTier, first.Wanted, Ask.Random(random))),
                "match" => With(first, Group.Matching(first.Id, first.Priority, first.Asked, random)),
                "priority" => With(first, new Group(first.Id, 35, first.ByTier, first.Wanted, first.Asked)),
                "removal" => new World(Platform, Groups.Remove(first)),
                _ => Random(random),
            };
        }

        public IEnumerable<Group> SegmentsOf(Somebody tenant) => Groups.Where(group => group.Takes(tenant)).OrderBy(static group => group.Priority);

        public Ask Expected(Somebody tenant) => Ask.Of(Platform, [.. SegmentsOf(tenant).Select(static group => group.Asked)], tenant.Asked);

        private World With(Group old, Group now) => new(Platform, Groups.Replace(old, now));
    }
}
