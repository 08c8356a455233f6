using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Strata.Model;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Storage.Effective;

/// <summary>
/// Effective documents as ready bytes: this process's snapshot, else Redis, else computed. A hot read is two look-ups; it neither resolves nor
/// serializes. <see cref="Forget"/> is called for every change signal, so what is served is at most one signal old.
/// </summary>
/// <param name="reader">Reads layers from the shared database.</param>
/// <param name="resolver">Computes effective configuration.</param>
/// <param name="sections">The product's language.</param>
/// <param name="documents">The cache that all replicas share.</param>
/// <param name="memory">This process's snapshots, bounded by their bytes.</param>
public sealed class Snapshots(LayerReader reader, Resolver resolver, SectionCatalog sections, DocumentCache documents, IMemoryCache memory)
{
    private readonly ConcurrentDictionary<PlatformId, PlatformState> _platforms = [];

    // Counts signals, striped by key: what was read before a signal must not be kept after it.
    private readonly long[] _signals = new long[1024];

    /// <summary>A tenant's snapshot; <c>null</c> when there is no such tenant.</summary>
    public ValueTask<Snapshot?> FindAsync(TenantId tenant, CancellationToken cancellationToken) =>
        memory.TryGetValue(tenant, out Snapshot? snapshot) && IsCurrent(snapshot!) ? new(snapshot) : new(LoadAsync(tenant, cancellationToken));

    /// <summary>A tenant's snapshot that is not from before an earlier answer, read anew where the present one is.</summary>
    /// <returns><c>null</c> when there is no such tenant; a snapshot from before <paramref name="minimum"/> when the database itself is behind.</returns>
    public async ValueTask<Snapshot?> FindAsync(TenantId tenant, RevisionVector minimum, CancellationToken cancellationToken)
    {
        var snapshot = await FindAsync(tenant, cancellationToken);
        // Whether the tenant has come into a segment since, or left it, an old snapshot cannot tell.
        if (snapshot is null || (snapshot.Vector.IsAtLeast(minimum) && snapshot.Vector.Segments.ToHashSet().SetEquals(minimum.Segments)))
            return snapshot;
        return await ForgetOldAsync(snapshot, minimum, cancellationToken) ? await LoadAsync(tenant, cancellationToken) : snapshot;
    }

    /// <summary>
    /// Forgets the layers that stand beyond a snapshot, and says whether there are any. Whoever asks for a revision that there never was makes nobody
    /// forget anything.
    /// </summary>
    private async Task<bool> ForgetOldAsync(Snapshot snapshot, RevisionVector minimum, CancellationToken cancellationToken)
    {
        var layers = snapshot.Vector.Components.Select(part => part.Layer).Union(snapshot.Above.Revisions.Keys).Union(minimum.Segments);
        var heads = await reader.RevisionsAsync(layers.Select(snapshot.KeyOf), cancellationToken);
        var newer = heads.Where(head => head.Revision.CompareTo(snapshot.RevisionOf(head.Layer.Name)) > 0).ToList();
        foreach (var (layer, _) in newer)
            Forget(layer);
        return newer.Count > 0;
    }

    /// <summary>Drops what depends on a layer that has changed.</summary>
    public void Forget(LayerKey layer)
    {
        switch (layer.Kind)
        {
            case LayerKind.Allowlist:
                ForgetAll(); // platforms that somebody is about to keep, too
                break;
            case LayerKind.Platform or LayerKind.Segment:
                Interlocked.Increment(ref Signals(layer.PlatformId!.Value));
                _platforms.TryRemove(layer.PlatformId.Value, out _);
                break;
            case LayerKind.Attributes or LayerKind.Tenant:
                Interlocked.Increment(ref Signals(layer.TenantId!.Value));
                memory.Remove(layer.TenantId.Value);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Drops everything: signals may have been missed.</summary>
    public void ForgetAll()
    {
        for (var i = 0; i < _signals.Length; i++)
            Interlocked.Increment(ref _signals[i]);
        reader.ForgetAll();
        _platforms.Clear();
    }

    private bool IsCurrent(Snapshot snapshot) => _platforms.TryGetValue(snapshot.State.Platform, out var above) && ReferenceEquals(above, snapshot.Above);

    private async Task<Snapshot?> LoadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var signals = Volatile.Read(ref Signals(tenant));
        if (await reader.FindTenantAsync(tenant, cancellationToken) is not { } state)
            return null;
        var above = await PlatformAsync(state.Platform, cancellationToken);
        var vector = state.VectorUnder(above, sections);
        var bytes = await documents.FindAsync(tenant, vector, cancellationToken);
        if (bytes.IsEmpty)
        {
            bytes = resolver.Resolve(above.Layers, state.Layers).Document.ToUtf8();
            await documents.KeepAsync(tenant, vector, bytes, cancellationToken);
        }
        var snapshot = new Snapshot(state, above, vector, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span).AsSpan(0, 16))}\"");
        memory.Set(tenant, snapshot, new MemoryCacheEntryOptions { Size = bytes.Length + 4096 });
        if (signals != Volatile.Read(ref Signals(tenant)))
            memory.Remove(tenant);
        return snapshot;
    }

    private async Task<PlatformState> PlatformAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        if (_platforms.TryGetValue(platform, out var known))
            return known;
        var signals = Volatile.Read(ref Signals(platform));
        // An object of its own: what was kept before a signal must not pass for current after it, even if the platform is what it was.
        var state = await reader.FindPlatformAsync(platform, cancellationToken) is { } found
            ? found with { }
            : throw new InvalidOperationException($"The platform '{platform}' has tenants but no layer.");
        // Two readers may load at once: all tenants then share one of two equal states; one that differs may be from before a signal.
        var shared = _platforms.GetOrAdd(platform, state);
        if (signals != Volatile.Read(ref Signals(platform)))
            _platforms.TryRemove(KeyValuePair.Create(platform, shared));
        return ReferenceEquals(shared.Layers, state.Layers) ? shared : state;
    }

    private ref long Signals<T>(T key)
        where T : struct => ref _signals[key.GetHashCode() & (_signals.Length - 1)];
}
