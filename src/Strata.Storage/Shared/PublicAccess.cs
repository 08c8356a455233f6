using Npgsql;

namespace Strata.Storage;

/// <summary>
/// PostgreSQL lets every role connect to every database unless told otherwise (its manual, 5.8 Privileges). A tenant's role must reach its own only.
/// </summary>
internal static class PublicAccess
{
    private const string Own = Before + "current_database()" + After;
    private const string OwnAndCommon = Before + "current_database(), 'postgres', 'template1'" + After;

    private const string Before = """
        do $$
        declare
            found record;
        begin
            for found in
                select datname from pg_database
                where pg_has_role(datdba, 'usage')
                  and (has_database_privilege('public', oid, 'connect') or has_database_privilege('public', oid, 'temporary'))
                  and datname in (
        """;

    // Another replica, or a second installation on the same server, may be at it, too: the catalogue then refuses one of both with an internal error.
    // It is caught on the server, since Npgsql gives up a connection that it hears of such an error on.
    private const string After = """
        )
                order by datname
            loop
                for attempt in 1 .. 8 loop
                    begin
                        execute format('revoke all on database %I from public', found.datname);
                        exit;
                    exception when internal_error then
                        if attempt = 8 then
                            raise;
                        end if;
                    end;
                end loop;
            end loop;
        end
        $$;
        """;

    /// <summary>Closes the connection's own database and, when asked for and where its role may, <c>postgres</c> and <c>template1</c>.</summary>
    public static Task RevokeAsync(NpgsqlConnection connection, bool withCommon, CancellationToken cancellationToken) =>
        connection.Command(withCommon ? OwnAndCommon : Own).RunAsync(cancellationToken);
}
