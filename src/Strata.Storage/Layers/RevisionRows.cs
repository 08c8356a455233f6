using System.Security.Cryptography;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>What the revision tables of the shared and of a tenant's database have in common: the columns, and the hash over them.</summary>
internal static class RevisionRows
{
    /// <summary>The revision that a change becomes.</summary>
    public static StoredRevision Of(Change change, int incarnation, Act act) => new()
    {
        Layer = change.Layer,
        Revision = new Revision(incarnation, change.Base + 1),
        Kind = change.Kind,
        Document = change.Document,
        Author = act.Author,
        At = act.At,
        Comment = act.Comment,
        Parent = change.Base,
        Restores = change.Restores,
        ChangeId = act.ChangeId,
        SchemaVersion = act.SchemaVersion,
    };

    /// <summary>
    /// Reads the columns incarnation, number, kind, document, author, at, comment, parent, restores, change_id, schema_version, which must start at
    /// <paramref name="first"/> in that order.
    /// </summary>
    public static StoredRevision Read(NpgsqlDataReader reader, LayerKey layer, int first = 0) =>
        new(Header(reader, layer, first, author: first + 4), Document(reader.GetString(first + 3)));

    /// <summary>The same columns from the first on, but for the document.</summary>
    public static RevisionHeader ReadHeader(NpgsqlDataReader reader, LayerKey layer) => Header(reader, layer, first: 0, author: 3);

    private static RevisionHeader Header(NpgsqlDataReader reader, LayerKey layer, int first, int author) => new()
    {
        Layer = layer,
        Revision = new Revision(reader.GetInt32(first), reader.GetInt64(first + 1)),
        Kind = RevisionKinds.Parse(reader.GetString(first + 2)),
        Author = reader.GetString(author),
        At = reader.GetFieldValue<DateTimeOffset>(author + 1),
        Comment = reader.Nullable<string>(author + 2),
        Parent = reader.GetInt64(author + 3),
        Restores = reader.Nullable<long?>(author + 4),
        ChangeId = reader.GetGuid(author + 5),
        SchemaVersion = reader.GetString(author + 6),
    };

    /// <summary>A stored document.</summary>
    /// <exception cref="FormatException">It is not a JSON object after all.</exception>
    public static JsonObject Document(string text) => Json.Trusted(text) as JsonObject ?? throw new FormatException("A layer's document is not an object.");

    /// <summary>SHA-256 over the canonical JSON of everything that a revision says. Audit events carry it.</summary>
    public static byte[] Hash(StoredRevision revision) => SHA256.HashData(JsonObject.Of(
        ("layer", Json.Of(revision.Layer.Text)),
        ("incarnation", Json.Of(revision.Revision.Incarnation)),
        ("number", Json.Of(revision.Revision.Number)),
        ("kind", Json.Of(revision.Kind.Word())),
        ("document", revision.Document),
        ("author", Json.Of(revision.Author)),
        ("at", Json.Of(revision.At.Rfc3339())),
        ("comment", revision.Comment is { } comment ? Json.Of(comment) : null),
        ("parent", Json.Of(revision.Parent)),
        ("restores", revision.Restores is { } restores ? Json.Of(restores) : null),
        ("changeId", Json.Of(revision.ChangeId.ToString())),
        ("schemaVersion", Json.Of(revision.SchemaVersion))).ToUtf8());
}
