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
    internal static bool IsSilence(Exception cause) => cause is (NpgsqlException and not PostgresException) or IOException or TimeoutException;
}
