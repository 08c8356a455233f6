using Strata.Model.Sections;

namespace Strata.Model.Documents;

/// <summary>JSON Merge Patch (RFC 7396) on a sparse document: <c>null</c> unsets, objects merge, everything else is set.</summary>
public static class MergePatch
{
    /// <summary>Applies a patch. A leaf that is opaque to layering is replaced whole, so that a secret reference is never half of two.</summary>
    /// <param name="shape">Where leaves begin.</param>
    /// <param name="document">The document to change.</param>
    /// <param name="patch">The patch.</param>
    /// <returns>The new document, or <c>malformed_patch</c> when the patch is no object.</returns>
    public static Result<JsonObject> Apply(Shape shape, JsonObject document, Json patch) => patch is JsonObject changes
        ? Merge(shape, document, changes)
        : new Error(ErrorCodes.MalformedPatch, "A merge patch must be an object (RFC 7396).");

    private static JsonObject Merge(Shape? shape, JsonObject target, JsonObject changes)
    {
        var members = new Dictionary<string, Json>(target.Members.ToArray(), StringComparer.Ordinal);
        foreach (var (name, change) in changes.Members)
        {
            var inner = shape?.Member(name);
            if (change.Kind == JsonKind.Null)
                members.Remove(name);
            else
                members[name] = change is JsonObject nested && inner is not LeafShape ? Merge(inner, target[name] as JsonObject ?? JsonObject.Empty, nested) : change;
        }
        return JsonObject.Of(members);
    }
}
