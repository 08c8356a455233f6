namespace Strata.Embedded.Postgres;

/// <summary>How a private PostgreSQL is run.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// The folder that keeps the databases and the generated password between runs; created when missing. Null: a throw-away server for tests, in memory
    /// where the system has a large enough tmpfs, without passwords and without durability, deleted at the end.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>The database that the connection string names; created when missing.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>The port on 127.0.0.1. Null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>How many connections the server accepts.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>Where the binaries are kept, shared by all checkouts. Null: `STRATA_CACHE` or the user's cache folder.</summary>
    public string? CacheFolder { get; init; }
}
