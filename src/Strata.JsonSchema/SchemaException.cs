using System.Collections.Immutable;

namespace Strata.JsonSchema;

/// <summary>A schema that cannot be used: malformed, breaking its metaschema, or with a reference that leads nowhere.</summary>
public sealed class SchemaException : Exception
{
    /// <summary>For whoever reads annotations and finds that they contradict each other.</summary>
    /// <param name="location">See <see cref="Location"/>.</param>
    /// <param name="message">A sentence for people.</param>
    public SchemaException(string location, string message)
        : this(location, message, [])
    {
    }

    internal SchemaException(string location, string message, ImmutableArray<SchemaError> errors)
        : base($"{message} [{location}]")
    {
        Location = location;
        Errors = errors;
    }

    internal SchemaException(string location, string message, Exception cause)
        : base($"{message} [{location}]", cause)
    {
        Location = location;
        Errors = [];
    }

    /// <summary>Absolute URI of the place in the schema, with a JSON Pointer as its fragment.</summary>
    public string Location { get; }

    /// <summary>What the metaschema has against the schema; empty when the reason is another one.</summary>
    public ImmutableArray<SchemaError> Errors { get; }
}
