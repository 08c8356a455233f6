using Npgsql;

namespace Strata.Storage;

/// <summary>
/// A connection outside all pools, with a data source of its own that goes with it. For <c>new NpgsqlConnection(…)</c> Npgsql keeps a data source for every
/// connection string that there ever was; with a database for each tenant that is memory for each tenant, for ever.
/// </summary>
internal sealed class LoneConnection : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    private LoneConnection(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, Connection) = (source, connection);

    /// <summary>The open connection.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Connects.</summary>
    /// <param name="connectionString">Without pooling.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LoneConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Only built-in types are used; asking a database for all that it has is much of what connecting to it costs.
        var source = new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(static types => types.EnableTypeLoading(false)).Build();
        try
        {
            return new LoneConnection(source, await source.OpenConnectionAsync(cancellationToken));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
