using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Http;

namespace Strata.Server.Apply;

/// <summary>The kinds of document that can be applied, in the order in which they build on each other.</summary>
internal enum ApplyKind
{
    Allowlist,
    Platform,
    Segment,
    Tenant,
}

/// <summary>One document to be applied: what the thing is to be, whole.</summary>
/// <param name="Index">Where it stands in the request; the first place where several hold parts of it.</param>
/// <param name="Kind">What it describes.</param>
/// <param name="Id">Its id; <c>allowlist</c> for the allowlist, of which there is one.</param>
/// <param name="Platform">The platform that it is or belongs to; <c>null</c> for the allowlist.</param>
/// <param name="Document">What it is to be.</param>
internal sealed record ApplyItem(int Index, ApplyKind Kind, string Id, PlatformId? Platform, JsonObject Document)
{
    /// <summary>Reads the body <c>{"items": [...]}</c>. Items of the same thing are parts of one document and must not overlap.</summary>
    public static Result<ImmutableArray<ApplyItem>> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var items = members.Array("items");
        if (members.Error is { } malformed)
            return malformed;
        var whole = new Dictionary<(ApplyKind, string, PlatformId?), (ApplyItem First, Dictionary<string, Json> Members)>();
        for (var i = 0; i < items.Length; i++)
        {
            if (!Read(items[i], i).TryGet(out var item, out var error))
                return error;
            var key = (item.Kind, item.Id, item.Platform);
            if (!whole.TryGetValue(key, out var parts))
                whole[key] = parts = (item, new Dictionary<string, Json>(StringComparer.Ordinal));
            foreach (var (name, value) in item.Document.Members)
            {
                if (!parts.Members.TryAdd(name, value))
                    return new Error(ErrorCodes.InvalidArgument, $"'/items/{i}/document/{name}' was given before, in item {parts.First.Index}.");
            }
        }
        return whole.Values.Select(parts => parts.First with { Document = JsonObject.Of(parts.Members) })
            .OrderBy(item => item.Kind).ThenBy(item => item.Index).ToImmutableArray();
    }

    /// <summary>There is one allowlist, whatever a file calls it.</summary>
    private static string Single(BodyMembers members)
    {
        members.OptionalText("id");
        return "allowlist";
    }

    private static Result<ApplyItem> Read(Json json, int index)
    {
        var place = $"/items/{index}";
        if (json is not JsonObject item)
            return new Error(ErrorCodes.InvalidArgument, $"'{place}' must be an object.");
        var members = new BodyMembers(item);
        var kind = members.Text("kind") switch
        {
            "allowlist" => ApplyKind.Allowlist,
            "platform" => ApplyKind.Platform,
            "segment" => ApplyKind.Segment,
            "tenant" => ApplyKind.Tenant,
            _ => members.Refuse<ApplyKind>("kind", "enum", "must be allowlist, platform, segment or tenant"),
        };
        var document = members.Object("document");
        if (kind == ApplyKind.Segment && document.Count == 0)
            members.Refuse<JsonObject>("document", "minProperties", "must not be empty: an apply deletes nothing");
        var id = kind == ApplyKind.Allowlist ? Single(members) : members.Id<PlatformId>("id", PlatformId.TryParse).Text ?? "";
        PlatformId? platform = kind is ApplyKind.Segment or ApplyKind.Tenant ? members.Id<PlatformId>("platform", PlatformId.TryParse) : null;
        if (members.Error is { } error)
            return error with { Violations = [.. error.Violations.Select(violation => violation with { Pointer = JsonPointer.Parse($"{place}{violation.Pointer}") })] };
        return new ApplyItem(index, kind, id, kind == ApplyKind.Platform ? PlatformId.Parse(id) : platform, document);
    }
}
