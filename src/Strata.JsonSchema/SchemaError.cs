namespace Strata.JsonSchema;

/// <summary>One way in which an instance breaks its schema.</summary>
/// <param name="InstanceLocation">JSON Pointer (RFC 6901) of the value at fault; the empty string is the whole document. A member that must not be
/// there is named itself.</param>
/// <param name="KeywordLocation">JSON Pointer of the keyword by the path that evaluation took, through <c>$ref</c>.</param>
/// <param name="AbsoluteKeywordLocation">URI of the keyword where it stands.</param>
/// <param name="Keyword">The keyword, such as <c>maximum</c>; empty for a schema that is <c>false</c> and for an exceeded limit.</param>
/// <param name="Message">A sentence for people that continues the value's name: <c>must be at most 600 (is 900)</c>. Quotes numbers, sizes
/// and names of the document, never other values of it.</param>
/// <param name="Limit">The bound of a keyword of size or range as JSON text (<c>600</c>), or an exceeded <see cref="SchemaOptions.MaxDepth"/>;
/// otherwise null.</param>
public sealed record SchemaError(
    string InstanceLocation, string KeywordLocation, string AbsoluteKeywordLocation, string Keyword, string Message, string? Limit)
{
    /// <summary>
    /// Whether a limit of <see cref="SchemaOptions"/> ended the check: the instance is refused, but whether its schema allows it is not known.
    /// </summary>
    public bool IsExceededLimit { get; init; }
}
