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
    public static StoredRevision Read(NpgsqlDataReader reader, LayerKey layer, int first = 0) => new()
    {
        Layer = layer,
        Revision = new Revision(reader.GetInt32(first), reader.GetInt64(first + 1)),
        Kind = RevisionKinds.Parse(reader.GetString(first + 2)),
        Document = Document(reader.GetString(first + 3)),
        Author = reader.GetString(first + 4),
        At = reader.GetFieldValue<DateTimeOffset>(first + 5),
        Comment = reader.Nullable<string>(first + 6),
        Parent = reader.GetInt64(first + 7),
        Restores = reader.Nullable<long?>(first + 8),
        ChangeId = reader.GetGuid(first + 9),
        SchemaVersion = reader.GetString(first + 10),
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
