using System.Collections.Concurrent;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>The bundles of all platforms: each made once for all who ask, and again only when its platform has changed.</summary>
/// <param name="fleet">The tenants.</param>
/// <param name="signer">Signs.</param>
/// <param name="signal">Tells of changes.</param>
public sealed class OpaBundles(Fleet fleet, BundleSigner signer, DeliverySignal signal)
{
    private readonly ConcurrentDictionary<PlatformId, Made> _made = [];
    private readonly Lock _looking = new();
    private Task<FleetState>? _running;
    private Task<FleetState>? _waiting;

    /// <summary>The bundle with everything that was committed before the call; <c>null</c> when there is no such platform.</summary>
    public async Task<OpaBundle?> CurrentAsync(PlatformId platform, CancellationToken cancellationToken) =>
        await OfAsync(await LookAsync().WaitAsync(cancellationToken), platform);

    /// <summary>The bundle as soon as it is none that the caller knows; <c>null</c> when there is no such platform.</summary>
    public async Task<OpaBundle?> NextAsync(PlatformId platform, Func<OpaBundle, bool> isKnown, CancellationToken cancellationToken)
    {
        while (true)
        {
            var signalled = signal.Next;
            var bundle = await CurrentAsync(platform, cancellationToken);
            if (bundle is null || !isKnown(bundle))
                return bundle;
            await signalled.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The bundle of a platform in a state of the fleet; <c>null</c> when there is no such platform.</summary>
    public async Task<OpaBundle?> OfAsync(FleetState state, PlatformId platform)
    {
        if (!state.Brands.TryGetValue(platform, out var brand))
            return null;
        var made = _made.AddOrUpdate(
            platform,
            _ => new Made(brand, state.Allowlist, Make(state, platform, null)),
            (_, known) => known.IsOf(brand, state.Allowlist) ? known : new Made(brand, state.Allowlist, Make(state, platform, known.Bundle)));
        return await made.Bundle.Value;
    }

    /// <summary>Made beside the callers, who may be many: they wait without a thread. What has the same content as before stays the same object.</summary>
    private Lazy<Task<OpaBundle>> Make(FleetState state, PlatformId platform, Lazy<Task<OpaBundle>>? before) => new(() => Task.Run(async () =>
    {
        var content = BundleContent.Of(state.Allowlist, fleet.Of(OpaData.Slice.Kind, state).Brands.Single(brand => brand.Id == platform));
        return before?.Value is { IsCompletedSuccessfully: true } made && await made is var same && same.Revision == content.Revision
            ? same
            : OpaBundle.Pack(content, signer);
    }));

    /// <summary>
    /// One look for all who ask meanwhile. It begins after each of them has asked, so it misses nothing, and looks follow each other, so nobody sees an
    /// older state than before.
    /// </summary>
    private Task<FleetState> LookAsync()
    {
        lock (_looking)
            return _waiting ??= AfterAsync(_running ?? Task.CompletedTask);
    }

    private async Task<FleetState> AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (_looking)
            (_running, _waiting) = (_waiting, null);
        return await fleet.CurrentAsync(CancellationToken.None); // nobody's own to cancel
    }

    private sealed record Made(FleetBrand Brand, JsonObject Allowlist, Lazy<Task<OpaBundle>> Bundle)
    {
        public bool IsOf(FleetBrand brand, JsonObject allowlist) => ReferenceEquals(Brand, brand) && ReferenceEquals(Allowlist, allowlist);
    }
}
