using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>An entity where it stands in a document.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Item">It, as it is written.</param>
/// <param name="Position">Its place in the list that it stands in, from 1.</param>
/// <param name="Parent">The entity around it. Null: it stands at the top.</param>
/// <param name="ParentField">The field in which it would name its parent.</param>
internal sealed record Row(EntityType Type, JsonObject Item, int Position, Row? Parent, string? ParentField)
{
    private static readonly Guid Namespace = Guid.Parse("fd02801f-0957-4a15-a55a-c8d9606f30b5");

    /// <summary>Its id as text. Null: it has none yet.</summary>
    public string? Id => Text("id");

    /// <summary>What may stand for its id in references. Null: nothing.</summary>
    public string? Key => Type.Key is { } key ? Text(key) : null;

    /// <summary>All entities of a document, parents before their children.</summary>
    public static IEnumerable<Row> All(JsonObject document) => Schemas.All.Entities.SelectMany(type => In(document, type, null, null));

    /// <summary>A text field.</summary>
    public string? Text(string field) => Item[field]?.AsScalar() as string;

    /// <summary>
    /// Gives it the id that Kong derives from what identifies it, if that is known. <see href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5"/>
    /// </summary>
    public void DeriveId()
    {
        if (!Item.ContainsKey("id") && IdSource() is { } source)
            Item["id"] = Version5(Version5(Namespace, Type.Name), source).ToString();
    }

    /// <summary>The parent of this type that a field names, by nesting or by reference, as it is written.</summary>
    public JsonNode? Reference(string field) =>
        Item[field] ?? (field == ParentField ? new JsonObject { ["id"] = Parent!.Id } : null);

    private static IEnumerable<Row> In(JsonObject holder, EntityType type, Row? parent, string? field)
    {
        foreach (var (i, item) in (FieldValidation.AsArray(holder[type.Name]) ?? []).Index())
        {
            if (item is not JsonObject entity)
                continue;
            var row = new Row(type, entity, i + 1, parent, field);
            yield return row;
            foreach (var below in Schemas.All.ChildrenOf(type.Name).SelectMany(child => In(entity, child.Child, row, child.Field)))
                yield return below;
        }
    }

    private string? IdSource()
    {
        if (!Type.CacheKey.IsEmpty)
        {
            return Type.CacheKey.Any(field => Owner(field) is null && Type.Record.Fields[field].IsRequired)
                ? null
                : string.Join(':', Type.CacheKey.Select(Owner).Prepend(Type.Name));
        }
        if (Key is null)
            return null;
        var owners = Type.Record.Fields[Type.Key!].IsUnique ? [] : Type.Foreign.Where(field => field.Value.IsCascading).Select(field => Owner(field.Key));
        return string.Join(':', owners.Prepend(Key));
    }

    private string? Owner(string field) => Reference(field) is JsonObject pointer ? pointer["id"]?.AsScalar() as string : Text(field);

    private static Guid Version5(Guid space, string name)
    {
        // RFC 9562 names SHA-1 for this version; it identifies and protects nothing.
#pragma warning disable CA5350
        var hash = SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type.Name} {Position}");
}
