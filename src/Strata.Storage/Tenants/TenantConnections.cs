using System.Collections.Immutable;
using System.Data;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>
/// All connections to tenants' databases, kept under one ceiling however many tenants there are. An idle one of the tenant is used again; else one is opened,
/// for which the longest idle one of another tenant makes room; else the caller waits its turn.
/// </summary>
public sealed class TenantConnections : IAsyncDisposable
{
    // A connection that rested longer than this is asked whether it still lives: its server may have gone in the meantime.
    private static readonly TimeSpan TrustedRest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    // Connections at rest, the one that came back last first. Rented and resting ones together never exceed the ceiling.
    private readonly LinkedList<Resting> _resting = [];
    private readonly SemaphoreSlim _turns;
    private readonly StorageOptions _options;
    private readonly TenantRegistry _registry;
    private readonly Clusters _clusters;
    private readonly TimeProvider _clock;
    private int _rented;

    /// <summary>Opens nothing yet.</summary>
    public TenantConnections(StorageOptions options, TenantRegistry registry, Clusters clusters, TimeProvider clock)
    {
        (_options, _registry, _clusters, _clock) = (options, registry, clusters, clock);
        _turns = new SemaphoreSlim(options.MaxTenantConnections);
    }

    /// <summary>A connection to a tenant's database with the tenant's own role. Dispose it to give it back, without an open transaction.</summary>
    /// <exception cref="InvalidOperationException">There is no such tenant.</exception>
    public async ValueTask<TenantConnection> RentAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        var rented = false;
        LoneConnection? connection = null;
        try
        {
            lock (_gate)
                _rented++;
            while ((connection = Take(tenant, out var rest)) is not null && !await LivesAsync(connection, rest, cancellationToken))
                await connection.DisposeAsync();
            connection ??= await OpenAsync(tenant, cancellationToken);
            rented = true;
            return new TenantConnection(this, tenant, connection);
        }
        finally
        {
            if (!rented)
            {
                if (connection is not null)
                    await connection.DisposeAsync();
                Release(resting: null);
            }
        }
    }

    /// <summary>Closes what has been idle for longer than <see cref="StorageOptions.TenantIdleTimeout"/>.</summary>
    internal Task CloseIdleAsync(CancellationToken cancellationToken) => CloseAsync(TakeResting(_clock.GetTimestamp(), _options.TenantIdleTimeout), cancellationToken);

    internal async ValueTask ReturnAsync(TenantConnection rented)
    {
        var isReusable = rented.Connection.State == ConnectionState.Open;
        try
        {
            if (!isReusable)
                await rented.Lone.DisposeAsync();
        }
        finally
        {
            Release(isReusable ? new Resting(rented.Tenant, rented.Lone, _clock.GetTimestamp()) : null);
        }
    }

    /// <summary>Closes the idle ones. Rented ones may still be given back, so what counts them stays (it holds nothing that must be freed).</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(TakeResting(_clock.GetTimestamp(), TimeSpan.MinValue), CancellationToken.None);

    private void Release(Resting? resting)
    {
        lock (_gate)
        {
            _rented--;
            if (resting is not null)
                _resting.AddFirst(resting);
        }
        _turns.Release();
    }

    private LoneConnection? Take(TenantId tenant, out TimeSpan rest)
    {
        rest = default;
        lock (_gate)
        {
            if (_resting.FirstOrDefault(resting => resting.Tenant == tenant) is not { } own)
                return null;
            _resting.Remove(own);
            rest = _clock.GetElapsedTime(own.Since);
            return own.Connection;
        }
    }

    private async Task<LoneConnection> OpenAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        LoneConnection? inTheWay = null;
        lock (_gate)
        {
            if (_rented + _resting.Count > _options.MaxTenantConnections)
            {
                inTheWay = _resting.Last!.Value.Connection;
                _resting.RemoveLast();
            }
        }
        if (inTheWay is not null)
            await inTheWay.DisposeAsync();
        var access = await _registry.FindAccessAsync(tenant, cancellationToken) ?? throw new InvalidOperationException($"There is no tenant '{tenant}'.");
        return await LoneConnection.OpenAsync(_clusters.Get(access.Cluster).TenantOf(access), cancellationToken);
    }

    private const string Ping = """
        select 1;
        """;

    private static async Task<bool> LivesAsync(LoneConnection connection, TimeSpan rest, CancellationToken cancellationToken)
    {
        if (rest < TrustedRest)
            return true;
        try
        {
            await connection.Connection.Command(Ping).RunAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private ImmutableArray<LoneConnection> TakeResting(long now, TimeSpan longerThan)
    {
        var taken = ImmutableArray.CreateBuilder<LoneConnection>();
        lock (_gate)
        {
            while (_resting.Last is { } last && _clock.GetElapsedTime(last.Value.Since, now) > longerThan)
            {
                taken.Add(last.Value.Connection);
                _resting.RemoveLast();
            }
        }
        return taken.DrainToImmutable();
    }

    private static async Task CloseAsync(ImmutableArray<LoneConnection> connections, CancellationToken cancellationToken)
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    private sealed record Resting(TenantId Tenant, LoneConnection Connection, long Since);
}

/// <summary>A connection to one tenant's database, rented from <see cref="TenantConnections"/>.</summary>
public sealed class TenantConnection : IAsyncDisposable
{
    private readonly TenantConnections _owner;
    private int _returned;

    internal TenantConnection(TenantConnections owner, TenantId tenant, LoneConnection lone) => (_owner, Tenant, Lone) = (owner, tenant, lone);

    /// <summary>Whose database it is.</summary>
    public TenantId Tenant { get; }

    /// <summary>The open connection.</summary>
    public NpgsqlConnection Connection => Lone.Connection;

    internal LoneConnection Lone { get; }

    /// <summary>Gives it back.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, 1) == 0 ? _owner.ReturnAsync(this) : ValueTask.CompletedTask;
}
