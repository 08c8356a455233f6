using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Evaluation;

/// <summary>An error before its pointers are written out: most are, but those of branches that were not meant never need to be.</summary>
/// <param name="Row">The value at fault.</param>
/// <param name="Node">The schema whose keyword failed.</param>
/// <param name="KeywordLocation">Path taken to the keyword.</param>
/// <param name="Keyword">The keyword; empty for the schema <c>false</c>.</param>
/// <param name="Message">See <see cref="SchemaError.Message"/>.</param>
/// <param name="Limit">See <see cref="SchemaError.Limit"/>.</param>
internal sealed record Finding(int Row, SchemaNode Node, string KeywordLocation, string Keyword, string Message, string? Limit)
{
    public SchemaError ToError(Tape tape) => new(
        JsonPointer.Between(tape, 0, Row),
        KeywordLocation,
        Node.Resource.Locate(Node.Row) + (Keyword.Length == 0 ? "" : $"/{Keyword}"),
        Keyword,
        Message,
        Limit);
}
