using Strata.JsonSchema;
using Strata.Model.Documents;

namespace Strata.Model.Sections;

/// <summary>Schema errors in the words of the API.</summary>
internal static class SchemaViolations
{
    /// <summary>What a schema refuses in a value.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="at">Where the value stands in its document.</param>
    /// <param name="counts">Whether an error counts.</param>
    public static IEnumerable<Violation> Of(CompiledSchema schema, Json value, JsonPointer at, Func<(JsonPointer Pointer, SchemaError Error), bool> counts)
    {
        var bytes = value.ToUtf8();
        return schema.IsValid(bytes)
            ? []
            : from error in schema.Validate(bytes)
              let pointer = JsonPointer.Parse(at.Text + error.InstanceLocation)
              where counts((pointer, error))
              select new Violation(pointer, error.Keyword, error.Message)
              {
                  Limit = error.Limit is null ? null : Json.Trusted(error.Limit),
                  SchemaLocation = error.AbsoluteKeywordLocation,
              };
    }
}
