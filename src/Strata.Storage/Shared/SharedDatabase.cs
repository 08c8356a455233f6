using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strata.Storage;

/// <summary>The one database that every replica shares: brands, layers above tenants, registry, read models, audit.</summary>
public sealed partial class SharedDatabase : IAsyncDisposable
{
    private readonly MigrationSet _migrations = MigrationSet.Shared();
    private readonly ILogger<SharedDatabase> _logger;

    /// <summary>Prepares the pool; connects to nothing yet.</summary>
    public SharedDatabase(StorageOptions options, ILogger<SharedDatabase> logger)
    {
        _logger = logger;
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.Shared)
        {
            MaxPoolSize = options.MaxSharedConnections,
            ApplicationName = "strata",
        });
    }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Brings the schema up to date and shuts the server's common databases for tenants' roles. Safe to run from all replicas at once.</summary>
    /// <exception cref="MigrationException">The schema does not fit this program.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await MigrationRunner.RunAsync(connection, _migrations, cancellationToken);
        await PublicAccess.RevokeAsync(connection, cancellationToken);
        Migrated(connection.Database, _migrations.Newest);
    }

    /// <summary>Closes the pool.</summary>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    [LoggerMessage(LogLevel.Information, "Database {Database} has migration {Number}")]
    private partial void Migrated(string database, int number);
}
