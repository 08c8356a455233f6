using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Server.Http;

/// <summary>What every refused or failed request is answered with.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record ErrorEnvelope(ErrorBody Error)
{
    /// <summary>The envelope of an error. Whatever a message or pointer repeats of a request, no credential is among it.</summary>
    public static ErrorEnvelope Of(Error error, string requestId) => new(new ErrorBody(error.Code, References.Redact(error.Message), new ErrorDetails(requestId)
    {
        Violations = error.Violations.IsDefaultOrEmpty ? null : ViolationResponse.Of(error.Violations),
    }));
}

/// <summary>An error.</summary>
/// <param name="Code">Stable, snake_case; meant for programs.</param>
/// <param name="Message">A sentence for people: what is wrong, where, what was expected and what there is.</param>
/// <param name="Details">What else is known.</param>
public sealed record ErrorBody(string Code, string Message, ErrorDetails Details);

/// <summary>The details of an error.</summary>
/// <param name="RequestId">The id that the same request has in Strata's log; also in the header X-Request-Id.</param>
public sealed record ErrorDetails(string RequestId)
{
    /// <summary>Everything that is wrong, in stable order, at most 1000; absent where the code says it all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ViolationResponse>? Violations { get; init; }
}

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Pointer">Where, as a JSON Pointer (RFC 6901).</param>
/// <param name="Rule">The override rule, schema keyword or policy id that refuses.</param>
/// <param name="Message">What was expected and what there is.</param>
public sealed record ViolationResponse(string Pointer, string Rule, string Message)
{
    private const int MaxShown = 1000;

    /// <summary>The inherited value that binds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? Inherited { get; init; }

    /// <summary>The layer that the inherited value comes from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Layer { get; init; }

    /// <summary>The bound that a size or range check applied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? Limit { get; init; }

    /// <summary>The location of the schema keyword that refuses.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SchemaLocation { get; init; }

    /// <summary>A violation as the wire shows it.</summary>
    public static ViolationResponse Of(Violation violation) => new(References.Redact(violation.Pointer.Text), violation.Rule, References.Redact(violation.Message))
    {
        Inherited = violation.Inherited,
        Layer = violation.Layer?.Text,
        Limit = violation.Limit,
        SchemaLocation = violation.SchemaLocation,
    };

    /// <summary>Violations as the wire shows them, order kept: the first thousand, so that no answer is many times its request.</summary>
    public static ImmutableArray<ViolationResponse> Of(ImmutableArray<Violation> violations) => [.. violations.Take(MaxShown).Select(Of)];
}
