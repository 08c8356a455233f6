using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Storage;

/// <summary>What the leaves of layers must be, made of nothing but their revisions. Holds the leaves of one document for each layer.</summary>
internal sealed class LeafHistory(SectionCatalog catalog)
{
    private readonly Dictionary<string, ImmutableDictionary<string, (string Value, long Number)>> _leaves = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    /// <summary>The leaves that a document of a layer sets; allowlist and attributes have none.</summary>
    public static IEnumerable<Leaf> LeavesOf(SectionCatalog catalog, LayerKey layer, JsonObject document) => layer.Kind switch
    {
        LayerKind.Segment => catalog.Leaves(document["config"] as JsonObject ?? JsonObject.Empty),
        LayerKind.Platform or LayerKind.Tenant => catalog.Leaves(document),
        LayerKind.Allowlist or LayerKind.Attributes => [],
    };

    /// <summary>
    /// Takes a layer's next revision: a leaf whose value stays keeps the number of the revision that set it. <c>null</c> when it cannot be read, so that nobody
    /// knows the leaves of the layer.
    /// </summary>
    public void Add(string layer, StoredRevision? revision)
    {
        if (revision is null)
        {
            _unknown.Add(layer);
            return;
        }
        var before = Of(revision.Layer.Text);
        _leaves[revision.Layer.Text] = LeavesOf(catalog, revision.Layer, revision.Document).ToImmutableDictionary(
            leaf => leaf.Pointer.Text,
            leaf => before.TryGetValue(leaf.Pointer.Text, out var old) && old.Value == leaf.Value.ToString() ? old : (leaf.Value.ToString(), revision.Revision.Number));
    }

    /// <summary>Names every difference between what must be and the rows that there are.</summary>
    /// <param name="rows">All rows of the layers that revisions were taken of, and of layers that have none.</param>
    /// <param name="isNumbered">Whether the numbers count, too: a restored tenant's go on from leaves that nobody has any more.</param>
    /// <param name="findings">Where to.</param>
    public void Compare(IEnumerable<LeafRow> rows, bool isNumbered, AuditFindings findings)
    {
        var left = _leaves.Where(layer => !_unknown.Contains(layer.Key)).ToDictionary(layer => layer.Key, layer => layer.Value.ToBuilder(), StringComparer.Ordinal);
        foreach (var row in rows.Where(row => !_unknown.Contains(row.Layer)))
        {
            var name = $"{row.Layer} {row.Pointer}";
            if (!left.TryGetValue(row.Layer, out var leaves) || !leaves.Remove(row.Pointer, out var leaf))
                findings.Add("layer_leaf", name, $"The leaf '{row.Pointer}' of layer '{row.Layer}' was put in: its document does not set it.");
            else if (leaf.Value != row.Value)
                findings.Add("layer_leaf", name, $"The leaf '{row.Pointer}' of layer '{row.Layer}' was changed: it is not what its document says.");
            else if (isNumbered && leaf.Number != row.Number)
                findings.Add("layer_leaf", name, $"The leaf '{row.Pointer}' of layer '{row.Layer}' was changed: revision {leaf.Number} set it, not {row.Number}.");
            else if (!row.IsOfItsPlatform)
                findings.Add("layer_leaf", name, $"The leaf '{row.Pointer}' of layer '{row.Layer}' was changed: its platform is not its layer's.");
        }
        foreach (var (layer, pointer) in left.SelectMany(layer => layer.Value.Keys.Select(pointer => (layer.Key, pointer))).Order())
            findings.Add("layer_leaf", $"{layer} {pointer}", $"The leaf '{pointer}' of layer '{layer}' is missing: its document sets it.");
    }

    private ImmutableDictionary<string, (string Value, long Number)> Of(string layer) =>
        _leaves.GetValueOrDefault(layer) ?? ImmutableDictionary.Create<string, (string Value, long Number)>(StringComparer.Ordinal);
}

/// <summary>A row of <c>layer_leaf</c>.</summary>
internal sealed record LeafRow(string Layer, string Pointer, string Value, long Number, bool IsOfItsPlatform);
