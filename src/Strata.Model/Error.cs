using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>An expected refusal, in the shape of the wire's error envelope.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>; stable, snake_case.</param>
/// <param name="Message">A sentence for people: what is wrong, where, what was expected and what there is. Never a secret.</param>
/// <param name="Violations">Everything that is wrong, in stable order; empty where the code says it all.</param>
public sealed record Error(string Code, string Message, ImmutableArray<Violation> Violations)
{
    /// <summary>A refusal without single violations.</summary>
    public Error(string code, string message) : this(code, message, [])
    {
    }
}

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Pointer">Where, as a JSON Pointer (RFC 6901) into the layer's document.</param>
/// <param name="Rule">The override rule (<c>atMost</c>), schema keyword (<c>maximum</c>) or policy id (<c>policy/air-gap-private-only</c>) that refuses.</param>
/// <param name="Message">What was expected and what there is.</param>
public sealed record Violation(JsonPointer Pointer, string Rule, string Message)
{
    /// <summary>The inherited value that binds; <c>null</c> when no rule between layers is involved.</summary>
    public Json? Inherited { get; init; }

    /// <summary>The layer that the inherited value comes from.</summary>
    public LayerName? Layer { get; init; }

    /// <summary>The bound that a size or range check applied.</summary>
    public Json? Limit { get; init; }

    /// <summary>The absolute location of the schema keyword that refuses; <c>null</c> for rules and policies.</summary>
    public string? SchemaLocation { get; init; }
}

/// <summary>The stable codes of the error envelope.</summary>
public static class ErrorCodes
{
    /// <summary>The body is not JSON, or not JSON that Strata can store (duplicate members, lone surrogates).</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>The body is JSON but no merge patch or JSON Patch, or the patch does not apply.</summary>
    public const string MalformedPatch = "malformed_patch";

    /// <summary>A query parameter, header, path segment or body member has a value outside its range.</summary>
    public const string InvalidArgument = "invalid_argument";

    /// <summary>No bearer token, or one that is not valid here.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The caller's role does not allow this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>There is no such thing, or the caller may not know of it.</summary>
    public const string NotFound = "not_found";

    /// <summary>The path exists, the method does not.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>The thing is in a state that does not allow this, or exists already. Of an apply also: it was begun and is refused now, and the message says what is written.</summary>
    public const string Conflict = "conflict";

    /// <summary>The layer has moved on since the revision named by <c>If-Match</c>.</summary>
    public const string RevisionMismatch = "revision_mismatch";

    /// <summary>The body is larger than the published limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The content type is not one that the path takes.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>A value breaks the schema of its section, or a published size.</summary>
    public const string SchemaViolation = "schema_violation";

    /// <summary>A value breaks an override rule of the layers above.</summary>
    public const string OverrideNotAllowed = "override_not_allowed";

    /// <summary>The effective configuration would break a cross-field policy.</summary>
    public const string PolicyViolation = "policy_violation";

    /// <summary>A field that is no secret reference holds what looks like a credential.</summary>
    public const string PlaintextSecret = "plaintext_secret";

    /// <summary>The idempotency key was used with another request.</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>A write of an existing layer needs <c>If-Match</c>.</summary>
    public const string PreconditionRequired = "precondition_required";

    /// <summary>Too many requests; see <c>Retry-After</c>.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>A defect of Strata; the request id finds it in the log.</summary>
    public const string Internal = "internal";

    /// <summary>Something that Strata needs is away. For a write the outcome is unknown: ask again with the same idempotency key.</summary>
    public const string Unavailable = "unavailable";
}
