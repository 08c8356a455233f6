namespace Strata.JsonSchema;

/// <summary>How schemas are compiled and instances are checked. Every limit ends in an error, never in a crash.</summary>
public sealed record SchemaOptions
{
    /// <summary>
    /// Whether <c>format</c> asserts in every dialect. By default it does so only where the dialect's metaschema declares the format-assertion
    /// vocabulary.
    /// </summary>
    public bool AssertFormat { get; init; }

    /// <summary>The dialect of schemas without <c>$schema</c>: URI of a registered metaschema. Draft 2020-12 by default.</summary>
    public string DefaultDialect { get; init; } = SchemaRegistry.Draft202012;

    /// <summary>How many errors are reported at most; 1000 by default.</summary>
    public int MaxErrors { get; init; } = 1000;

    /// <summary>How deep arrays and objects of an instance may be nested; 64 by default.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>
    /// How many (schema, value) pairs one validation may look at, against schemas built to explode; 20 million by default, about a second or
    /// two.
    /// </summary>
    public int MaxSteps { get; init; } = 20_000_000;
}
