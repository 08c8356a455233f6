using System.Collections.Immutable;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Policies;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Model.Impact;

/// <summary>Tenants that a change treats alike.</summary>
/// <param name="Example">One of them, with all its layers.</param>
/// <param name="Members">All of them, the example included.</param>
public sealed record TenantGroup(TenantLayers Example, ImmutableArray<TenantId> Members);

/// <summary>Finds out whom a change reaches by resolving one tenant of each group before and after it.</summary>
/// <param name="sections">The product's language.</param>
/// <param name="resolver">Computes effective configuration.</param>
public sealed class ImpactAnalysis(SectionCatalog sections, Resolver resolver)
{
    /// <summary>The impact of a change of what lies above tenants.</summary>
    public ImpactReport Of(PlatformLayers before, PlatformLayers after, IEnumerable<TenantGroup> groups)
    {
        var tally = new Tally();
        foreach (var group in groups)
        {
            var (id, attributes) = (group.Example.Id, group.Example.Attributes);
            Add(tally, group.Members, resolver.Resolve(before, group.Example), resolver.Resolve(after, group.Example));
            tally.AddMemberships(group.Members, before.SegmentsOf(id, attributes), after.SegmentsOf(id, attributes));
        }
        return tally.ToReport();
    }

    /// <summary>The impact of a change of one tenant's attributes.</summary>
    public ImpactReport Of(PlatformLayers above, TenantLayers before, TenantLayers after)
    {
        var tally = new Tally();
        Add(tally, [before.Id], resolver.Resolve(above, before), resolver.Resolve(above, after));
        tally.AddMemberships([before.Id], above.SegmentsOf(before.Id, before.Attributes), above.SegmentsOf(after.Id, after.Attributes));
        return tally.ToReport();
    }

    private void Add(Tally tally, ImmutableArray<TenantId> members, EffectiveConfiguration before, EffectiveConfiguration after)
    {
        var diff = DocumentDiff.Between(sections.Root, before.Document, after.Document);
        tally.AddChanges(members, diff);
        tally.AddNarrowed(members, after.Narrowed.Where(breach => breach.Layer == LayerName.Tenant && !before.Breaches.Contains(breach)));
        tally.AddWithheld(members, after.Withheld.ExceptBy(before.Withheld.Select(entry => entry.Pointer), entry => entry.Pointer));
        if (diff.IsEmpty)
            return;
        var denied = after.Findings.Where(finding => finding.Severity == Severity.Deny && !before.Findings.Contains(finding) && !after.Withheld.Any(entry => finding.Pointer.IsWithin(entry.Pointer)));
        tally.AddInvalid(members, [
            .. sections.CheckEffective(before.Document, after.Document).Select(violation => (violation.Pointer, violation.Rule, violation.Message)),
            .. denied.Select(finding => (finding.Pointer, finding.Policy, finding.Message)),
        ]);
    }

    /// <summary>Counts by group, names by tenant.</summary>
    private sealed class Tally
    {
        private readonly SortedDictionary<JsonPointer, int> _changes = [];
        private readonly Names<NarrowedValue> _narrowed = new(value => value.Tenant);
        private readonly Names<WithheldEntry> _withheld = new(value => value.Tenant);
        private readonly Names<InvalidValue> _invalid = new(value => value.Tenant);
        private readonly Names<Membership> _joining = new(value => value.Tenant);
        private readonly Names<Membership> _leaving = new(value => value.Tenant);
        private int _affected;

        public void AddChanges(ImmutableArray<TenantId> members, ImmutableArray<DiffEntry> diff)
        {
            _affected += diff.IsEmpty ? 0 : members.Length;
            foreach (var entry in diff)
                _changes[entry.Pointer] = _changes.GetValueOrDefault(entry.Pointer) + members.Length;
        }

        public void AddNarrowed(ImmutableArray<TenantId> members, IEnumerable<Breach> breaches) =>
            _narrowed.Add(members, breaches, (tenant, breach) => new NarrowedValue(tenant, breach.Pointer, breach.Rule, breach.From, breach.To));

        public void AddWithheld(ImmutableArray<TenantId> members, IEnumerable<Withholding> entries) =>
            _withheld.Add(members, entries, (tenant, entry) => new WithheldEntry(tenant, entry.Pointer, entry.Policy, entry.Message));

        public void AddInvalid(ImmutableArray<TenantId> members, IEnumerable<(JsonPointer Pointer, string Rule, string Message)> violations) =>
            _invalid.Add(members, violations, (tenant, found) => new InvalidValue(tenant, found.Pointer, found.Rule, found.Message));

        public void AddMemberships(ImmutableArray<TenantId> members, ImmutableArray<Segment> before, ImmutableArray<Segment> after)
        {
            var (old, now) = (before.Select(segment => segment.Id), after.Select(segment => segment.Id));
            _joining.Add(members, now.Except(old), (tenant, segment) => new Membership(tenant, segment));
            _leaving.Add(members, old.Except(now), (tenant, segment) => new Membership(tenant, segment));
        }

        public ImpactReport ToReport() => new()
        {
            TenantsAffected = _affected,
            Changes = [.. _changes.Select(change => new PointerImpact(change.Key, change.Value))],
            Narrowed = _narrowed.ToCounted(),
            Withheld = _withheld.ToCounted(),
            Invalid = _invalid.ToCounted(),
            Joining = _joining.ToCounted(),
            Leaving = _leaving.ToCounted(),
        };
    }

    /// <summary>Counts entries and keeps those of the first tenants.</summary>
    private sealed class Names<T>(Func<T, TenantId> tenantOf)
    {
        private readonly List<T> _named = [];
        private int _count;

        public void Add<TSource>(ImmutableArray<TenantId> members, IEnumerable<TSource> sources, Func<TenantId, TSource, T> entry)
        {
            var perTenant = sources.ToArray();
            if (perTenant.Length == 0)
                return;
            _count += members.Length * perTenant.Length;
            var first = members.OrderBy(member => member.Text, StringComparer.Ordinal).Take(ImpactReport.MaxNamed);
            _named.AddRange(first.SelectMany(member => perTenant.Select(source => entry(member, source))));
        }

        public Counted<T> ToCounted() =>
            new(_count, [.. _named.OrderBy(entry => tenantOf(entry).Text, StringComparer.Ordinal).Take(ImpactReport.MaxNamed)]);
    }
}
