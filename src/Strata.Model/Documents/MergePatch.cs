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
        foreach (var (name, change) in changes.Members)
        {
            var inner = shape?.Member(name);
            target = (change.Kind, inner, change) switch
            {
                (JsonKind.Null, _, _) => target.Without(name),
                (_, LeafShape, _) => target.With(name, change),
                (_, _, JsonObject nested) => target.With(name, Merge(inner, target[name] as JsonObject ?? JsonObject.Empty, nested)),
                _ => target.With(name, change),
            };
        }
        return target;
    }
}
