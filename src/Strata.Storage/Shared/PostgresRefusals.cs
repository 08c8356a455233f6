using System.Net.Sockets;
using Npgsql;

namespace Strata.Storage;

/// <summary>What an error of PostgreSQL means (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
public static class PostgresRefusals
{
    /// <summary>
    /// Whether a server or its resources are away, so that the same statement may go through later: classes 08 (connection), 53 (resources), 57 (operator
    /// intervention: shutdown, a statement that was cancelled) and 58 (system).
    /// </summary>
    public static bool IsLost(this PostgresException refusal) => refusal.IsTransient || refusal.SqlState[..2] is "08" or "53" or "57" or "58";

    /// <summary>Whether no server has answered: the next attempt is likely to wait as long as this one.</summary>
    internal static bool IsSilence(Exception cause) => cause is not PostgresException && cause.IsOfDatabase();

    /// <summary>
    /// Whether an exception comes from the way to a database, or from the database itself, so that nobody can tell what has become of the statement. A name
    /// that is not resolved at the moment reaches us as it is: Npgsql does not wrap it.
    /// </summary>
    public static bool IsOfDatabase(this Exception trouble) => trouble is NpgsqlException or SocketException or IOException or TimeoutException;
}
