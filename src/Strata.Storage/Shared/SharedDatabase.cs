using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strata.Storage;

/// <summary>The one database that every replica shares: brands, layers above tenants, registry, read models, audit.</summary>
public sealed partial class SharedDatabase : IAsyncDisposable
{
    private readonly MigrationSet _migrations = MigrationSet.Shared();
    private readonly StorageOptions _options;
    private readonly ILogger<SharedDatabase> _logger;
    private string? _installation;

    /// <summary>Prepares the pool; connects to nothing yet.</summary>
    public SharedDatabase(StorageOptions options, ILogger<SharedDatabase> logger)
    {
        (_options, _logger) = (options, logger);
        // Who takes a connection leaves its session as it was (whoever listens has one of its own), so nothing need be reset.
        // Statements stay prepared unless the settings say otherwise.
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder($"Max Auto Prepare=200;{options.Shared}")
        {
            MaxPoolSize = options.MaxSharedConnections,
            NoResetOnClose = true,
            ApplicationName = "strata",
        });
    }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>How many connections the pool gives at most.</summary>
    internal int MaxConnections => _options.MaxSharedConnections;

    /// <summary>Brings the schema up to date and keeps tenants' roles out. Safe to run from all replicas at once.</summary>
    /// <exception cref="MigrationException">The schema does not fit this program.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // A large table takes its time, and another replica may be at one.
        var patient = new NpgsqlConnectionStringBuilder(Unpooled()) { CommandTimeout = 0, TcpKeepAlive = true }.ConnectionString;
        await using var lone = await LoneConnection.OpenAsync(patient, cancellationToken);
        await MigrationRunner.RunAsync(lone.Connection, _migrations, cancellationToken);
        await PublicAccess.RevokeAsync(lone.Connection, _options.CloseCommonDatabases, cancellationToken);
        Migrated(lone.Connection.Database, _migrations.Newest);
    }

    private string Unpooled() => new NpgsqlConnectionStringBuilder(_options.Shared) { Pooling = false, ApplicationName = "strata" }.ConnectionString;

    private const string Listen = "select format('listen %I', $1)";

    /// <summary>A connection that listens to a channel. Its owner waits on it for notifications, and disposes of it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="told">Gets the payload of each notification.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<LoneConnection> ListenAsync(string channel, Action<string> told, CancellationToken cancellationToken)
    {
        var lone = await LoneConnection.OpenAsync(Unpooled(), cancellationToken);
        try
        {
            lone.Connection.Notification += (_, notification) => told(notification.Payload);
            await Ddl.RunAsync(lone.Connection.Command(Listen, channel), cancellationToken);
            return lone;
        }
        catch
        {
            await lone.DisposeAsync();
            throw;
        }
    }

    private const string SelectInstallation = "select id from installation";

    /// <summary>Eight hex digits that tell this installation from others: a database that is made anew is another one. Read once.</summary>
    public async ValueTask<string> InstallationAsync(CancellationToken cancellationToken)
    {
        if (_installation is { } known)
            return known;
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return _installation = (await connection.Command(SelectInstallation).ReadAsync(static reader => reader.GetString(0), cancellationToken)).Single();
    }

    /// <summary>Closes the pool.</summary>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    [LoggerMessage(LogLevel.Information, "Database {Database} has migration {Number}")]
    private partial void Migrated(string database, int number);
}
