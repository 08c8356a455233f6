using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Sections;

namespace Strata.Model.Resolution;

/// <summary>
/// One walk over the shape with all layers side by side, each place visited once. Layers stand in order of precedence: the platform, the
/// tenant's segments by priority, the tenant.
/// </summary>
internal sealed class LayerMerge
{
    private readonly Allowlist _allowlist;
    private readonly LayerName[] _layers;
    private readonly Json?[] _frames; // the layers' values at each level of the walk, side by side, so that descending allocates nothing
    private readonly bool _hasTenant;
    private readonly List<KeyValuePair<string, Json>> _members = []; // a stack: each object takes its members off the top when it is whole
    private readonly List<EffectiveLeaf> _leaves = [];
    private readonly List<Breach> _breaches = [];
    private readonly MergedPrefix? _prefix; // what stands where the tenant says nothing
    private readonly List<KeyValuePair<JsonPointer, MergedPlace>>? _record; // where this is the walk that makes such a prefix

    private LayerMerge(Allowlist allowlist, IReadOnlyList<LayerValue> layers, MergedPrefix? prefix, bool isRecorded)
    {
        _allowlist = allowlist;
        _prefix = prefix;
        _record = isRecorded ? [] : null;
        _layers = [.. layers.Select(layer => layer.Layer)];
        _hasTenant = _layers[^1] == LayerName.Tenant;
        _frames = new Json?[_layers.Length * (JsonReading.MaxDepth + 2)];
        for (var i = 0; i < _layers.Length; i++)
            _frames[i] = layers[i].Value;
    }

    /// <summary>Merges layers, of which the first is the platform's.</summary>
    public static (JsonObject Document, List<EffectiveLeaf> Leaves, List<Breach> Breaches) Run(
        ObjectShape root, Allowlist allowlist, IReadOnlyList<LayerValue> layers, MergedPrefix? prefix = null)
    {
        var merge = new LayerMerge(allowlist, layers, prefix, isRecorded: false);
        return (merge.Object(root, JsonPointer.Root, 0) ?? JsonObject.Empty, merge._leaves, merge._breaches);
    }

    /// <summary>Merges the layers above a tenant, and keeps what they give place by place.</summary>
    public static MergedPrefix Prefix(ObjectShape root, Allowlist allowlist, IReadOnlyList<LayerValue> layers)
    {
        var merge = new LayerMerge(allowlist, layers, null, isRecorded: true);
        merge.Object(root, JsonPointer.Root, 0);
        return new MergedPrefix(new Dictionary<JsonPointer, MergedPlace>(merge._record!), merge._leaves, merge._breaches);
    }

    private Json? Place(Shape shape, JsonPointer pointer, int level) => shape switch
    {
        LeafShape leaf => Leaf(leaf, pointer, level),
        ObjectShape members => Object(members, pointer, level),
        MapShape map => Map(map, pointer, level),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Span<Json?> Frame(int level) => _frames.AsSpan(level * _layers.Length, _layers.Length);

    private bool Descend(string name, int level)
    {
        var any = false;
        var here = Frame(level);
        var below = Frame(level + 1);
        for (var i = 0; i < here.Length; i++)
        {
            below[i] = here[i] is JsonObject members ? members[name] : null;
            any |= below[i] is not null;
        }
        return any;
    }

    private JsonObject? Object(ObjectShape shape, JsonPointer pointer, int level)
    {
        var start = _members.Count;
        foreach (var (name, inner) in shape.Members)
        {
            if (!Descend(name, level) && !inner.HasDefaults)
                continue;
            Member(inner, name, pointer.Append(name), level);
        }
        return Take(start);
    }

    /// <summary>Puts the member, or what the layers above make of it where the tenant is silent, on the stack.</summary>
    private void Member(Shape shape, string name, JsonPointer at, int level, MapShape? map = null)
    {
        var (leaves, breaches) = (_leaves.Count, _breaches.Count);
        Json? value;
        if (_prefix is not null && Frame(level + 1)[^1] is null && _prefix.Places.TryGetValue(at, out var known))
            value = _prefix.Append(known, _leaves, _breaches);
        else
            value = map is null ? Place(shape, at, level + 1) : Entry(map, at, level + 1);
        _record?.Add(KeyValuePair.Create(at, new MergedPlace(value, leaves, _leaves.Count, breaches, _breaches.Count)));
        if (value is not null)
            _members.Add(KeyValuePair.Create(name, value));
    }

    private JsonObject? Take(int start)
    {
        if (_members.Count == start)
            return null;
        var members = CollectionsMarshal.AsSpan(_members)[start..].ToArray();
        CollectionsMarshal.SetCount(_members, start);
        return JsonObject.Sorted(members);
    }

    private JsonObject? Map(MapShape shape, JsonPointer pointer, int level)
    {
        var start = _members.Count;
        foreach (var name in Keys(level))
        {
            Descend(name, level);
            Member(shape.Entry, name, pointer.Append(name), level, shape);
        }
        return Take(start);
    }

    /// <summary>An entry exists when a layer below core has a say in it, not by its defaults alone.</summary>
    private Json? Entry(MapShape map, JsonPointer pointer, int level)
    {
        if (map.Anchor is { } anchor && Frame(level)[0].Member(anchor) is null)
        {
            Drop(pointer, anchor, level);
            return null;
        }
        var before = _leaves.Count;
        var recorded = _record?.Count ?? 0;
        var value = Place(map.Entry, pointer, level);
        if (_leaves.FindIndex(before, static leaf => leaf.Layer != LayerName.Core) >= 0)
            return value;
        _leaves.RemoveRange(before, _leaves.Count - before);
        _record?.RemoveRange(recorded, _record.Count - recorded); // the leaves that its places point to are gone
        return null;
    }

    /// <summary>A catalogue entry that the platform does not have: what lower layers say of it counts for nothing.</summary>
    private void Drop(JsonPointer pointer, string anchor, int level)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            if (Frame(level)[i] is { } entry)
                _breaches.Add(new Breach(pointer, _layers[i], OverrideRule.Locked, entry, null, null) { RefusedAt = pointer.Append(anchor) });
        }
    }

    private IEnumerable<string> Keys(int level)
    {
        JsonObject? only = null;
        SortedSet<string>? union = null;
        foreach (var value in Frame(level))
        {
            if (value is not JsonObject members)
                continue;
            if (only is null)
                only = members;
            else
                (union ??= new SortedSet<string>(only.Names, StringComparer.Ordinal)).UnionWith(members.Names);
        }
        return union is not null ? union : only is not null ? only.Names : [];
    }

    private Json? Leaf(LeafShape shape, JsonPointer pointer, int level)
    {
        var values = Frame(level);
        var state = shape.InheritsAllowlist ? new LeafState(_allowlist.Value, LayerName.Allowlist) : new LeafState(shape.Default, LayerName.Core);
        var last = _hasTenant ? values.Length - 1 : values.Length;
        var segment = last - 1;
        while (segment > 0 && values[segment] is null)
            segment--;

        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not { } own)
                continue;
            if (i > 0 && i < segment)
                state.Shadow(new LayerValue(_layers[i], own)); // a segment of higher priority has a say here
            else
                Set(ref state, shape, pointer, level, i);
        }
        if (state.Value is null)
            return null;
        var leaf = state.ToLeaf(pointer, shape.Rule);
        _leaves.Add(leaf);
        return leaf.Value;
    }

    /// <summary>Lays a layer's value over what the layers above gave.</summary>
    private void Set(ref LeafState state, LeafShape shape, JsonPointer pointer, int level, int layer)
    {
        var (own, name) = (Frame(level)[layer]!, _layers[layer]);
        var binds = layer > 0 || shape.InheritsAllowlist;
        var isForbidden = shape.Rule == OverrideRule.TenantOnly ? name != LayerName.Tenant : binds && shape.Rule == OverrideRule.Locked;
        var asked = shape.IsSet ? Bound.Set(own) : own;
        var result = isForbidden ? state.Value : binds ? Bound.Apply(shape, state.Value, own) : asked;
        if (isForbidden || (shape.Rule != OverrideRule.Superset && !asked.Equals(result)))
        {
            _breaches.Add(new Breach(pointer, name, shape.Rule, asked, result, state.Value is null ? null : new LayerValue(state.Layer, state.Value)));
            state.IsNarrowed |= !asked.Equals(result);
        }
        if (isForbidden || (result!.Equals(state.Value) && !result.Equals(asked)))
            state.Shadow(new LayerValue(name, own));
        else
            state.Win(name, own, result!, isMerged: shape.IsSet && binds);
    }

    /// <summary>What is known of a leaf while the layers are laid over one another.</summary>
    private struct LeafState(Json? value, LayerName layer)
    {
        private ImmutableArray<LayerValue> _shadowed = [];
        private ImmutableArray<LayerName> _contributors = [];
        private Json? _own; // what the winner itself says, which for a merged array is not the result

        public Json? Value { get; private set; } = value;

        public LayerName Layer { get; private set; } = layer;

        public bool IsNarrowed { get; set; }

        public void Shadow(LayerValue value) => _shadowed = _shadowed.Insert(0, value);

        public void Win(LayerName layer, Json own, Json result, bool isMerged)
        {
            if (Value is not null)
            {
                Shadow(new LayerValue(Layer, _own ?? Value));
                if (isMerged)
                    _contributors = _contributors.Add(Layer);
            }
            (Value, Layer, _own) = (result, layer, own);
        }

        public readonly EffectiveLeaf ToLeaf(JsonPointer pointer, OverrideRule rule) => new(pointer, Scoped(Value!, Layer), Layer, rule)
        {
            Shadowed = _shadowed,
            Contributors = _contributors,
            IsNarrowed = IsNarrowed,
        };
    }

    /// <summary>A secret reference carries the scope of the layer that set it: the resolver's prefix and "own credential" depend on it.</summary>
    private static Json Scoped(Json value, LayerName layer) => value is JsonObject { Count: 1 } wrapper && wrapper["$secret"] is JsonObject reference
        ? wrapper.With("$secret", reference.With("scope", Json.Of(layer == LayerName.Tenant ? "tenant" : "platform")))
        : value;
}
