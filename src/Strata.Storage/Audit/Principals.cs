using Npgsql;

namespace Strata.Storage;

/// <summary>The people behind author ids: the one place with names.</summary>
internal static class Principals
{
    // What is known already is not even locked: an author's writes would wait for one another.
    private const string Upsert = """
        insert into principal (id, name, last_seen)
        select $1, $2, $3
        where not exists (
            select from principal
            where id = $1 and last_seen >= $3 - interval '1 minute' and ($2::text is null or name = $2)
        )
        on conflict (id) do update
        set name = coalesce(excluded.name, principal.name), last_seen = greatest(excluded.last_seen, principal.last_seen)
        """;

    /// <summary>Notes in the caller's transaction that an author has written, by the minute.</summary>
    public static void Seen(NpgsqlBatch batch, Act act) => batch.Add(Upsert, act.Author, Commands.Text(act.AuthorName), act.At);
}
