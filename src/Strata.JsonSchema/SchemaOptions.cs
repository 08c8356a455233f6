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

    /// <summary>How many errors are reported at most, one or more; 1000 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxErrors
    {
        get;
        init => field = AtLeastOne(value);
    } = 1000;

    /// <summary>How deep arrays and objects of an instance may be nested, one level or more; 64 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxDepth
    {
        get;
        init => field = AtLeastOne(value);
    } = 64;

    /// <summary>
    /// How many steps one look at an instance may take, one or more, against schemas built to explode. A schema applied to a value is a step, and so
    /// is each member or item of the value, each 64 bytes of its text, and each byte where the text is checked for a <c>format</c>. What a step costs
    /// depends on the schema: the default of 20 million took from 0.2 to 2.3 s of processor time (2026, server). See <see cref="CompiledSchema.Validate"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxSteps
    {
        get;
        init => field = AtLeastOne(value);
    } = 20_000_000;

    /// <summary>
    /// How long one look at an instance may spend with patterns that are no automata, all matches together: those with look-around, word boundaries or
    /// back-references, and very large ones, which run on the framework's engine. Above zero, at most a day; one second by default.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, below, or above a day.</exception>
    public TimeSpan MaxPatternTime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    private static int AtLeastOne(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return value;
    }
}
