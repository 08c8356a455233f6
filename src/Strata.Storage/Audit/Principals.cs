using Npgsql;

namespace Strata.Storage;

/// <summary>The people behind author ids: the one place with names.</summary>
internal static class Principals
{
    private const string Upsert = """
        insert into principal (id, name, last_seen)
        values ($1, $2, $3)
        on conflict (id) do update
        set name = coalesce(excluded.name, principal.name), last_seen = excluded.last_seen
        where principal.last_seen < excluded.last_seen - interval '1 minute'
           or principal.name is distinct from coalesce(excluded.name, principal.name)
        """;

    /// <summary>Notes in the caller's transaction that an author has written, by the minute.</summary>
    public static Task SeenAsync(NpgsqlTransaction transaction, Act act, CancellationToken cancellationToken) =>
        transaction.Command(Upsert, act.Author, act.AuthorName, act.At).RunAsync(cancellationToken);
}
