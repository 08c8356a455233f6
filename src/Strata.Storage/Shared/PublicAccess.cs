using Npgsql;

namespace Strata.Storage;

/// <summary>
/// PostgreSQL lets every role connect to every database unless told otherwise (its manual, 5.8 Privileges). A tenant's role must reach its own only.
/// </summary>
internal static class PublicAccess
{
    // A second installation on the same server may be at it, too: the catalogue then refuses one of both with an internal error.
    private const int Attempts = 8;

    private const string Statements = """
        select format('revoke all on database %I from public', datname)
        from pg_database
        where (datname = current_database() or ($1 and datname in ('postgres', 'template1')))
          and pg_has_role(datdba, 'usage')
          and (has_database_privilege('public', oid, 'connect') or has_database_privilege('public', oid, 'temporary'));
        """;

    /// <summary>Closes the connection's own database and, when asked for and where its role may, <c>postgres</c> and <c>template1</c>.</summary>
    public static async Task RevokeAsync(NpgsqlConnection connection, bool withCommon, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Ddl.RunAsync(connection.Command(Statements, withCommon), cancellationToken);
                return;
            }
            catch (PostgresException concurrent) when (concurrent.SqlState == PostgresErrorCodes.InternalError && attempt < Attempts)
            {
                // The other side's revoke counts: look again at what is left.
            }
        }
    }
}
