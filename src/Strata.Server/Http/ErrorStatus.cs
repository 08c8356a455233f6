using System.Collections.Frozen;
using Strata.Model;

namespace Strata.Server.Http;

/// <summary>The one table from error code to HTTP status.</summary>
public static class ErrorStatus
{
    private static readonly FrozenDictionary<string, int> Table = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [ErrorCodes.MalformedJson] = StatusCodes.Status400BadRequest,
        [ErrorCodes.MalformedPatch] = StatusCodes.Status400BadRequest,
        [ErrorCodes.InvalidArgument] = StatusCodes.Status400BadRequest,
        [ErrorCodes.Unauthenticated] = StatusCodes.Status401Unauthorized,
        [ErrorCodes.Forbidden] = StatusCodes.Status403Forbidden,
        [ErrorCodes.NotFound] = StatusCodes.Status404NotFound,
        [ErrorCodes.MethodNotAllowed] = StatusCodes.Status405MethodNotAllowed,
        [ErrorCodes.Conflict] = StatusCodes.Status409Conflict,
        [ErrorCodes.RevisionMismatch] = StatusCodes.Status412PreconditionFailed,
        [ErrorCodes.TooLarge] = StatusCodes.Status413PayloadTooLarge,
        [ErrorCodes.UnsupportedMediaType] = StatusCodes.Status415UnsupportedMediaType,
        [ErrorCodes.SchemaViolation] = StatusCodes.Status422UnprocessableEntity,
        [ErrorCodes.OverrideNotAllowed] = StatusCodes.Status422UnprocessableEntity,
        [ErrorCodes.PolicyViolation] = StatusCodes.Status422UnprocessableEntity,
        [ErrorCodes.PlaintextSecret] = StatusCodes.Status422UnprocessableEntity,
        [ErrorCodes.IdempotencyKeyReused] = StatusCodes.Status422UnprocessableEntity,
        [ErrorCodes.PreconditionRequired] = StatusCodes.Status428PreconditionRequired,
        [ErrorCodes.RateLimited] = StatusCodes.Status429TooManyRequests,
        [ErrorCodes.Internal] = StatusCodes.Status500InternalServerError,
        [ErrorCodes.Unavailable] = StatusCodes.Status503ServiceUnavailable,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The status of a code.</summary>
    /// <exception cref="KeyNotFoundException">The code stands not in the table: a defect.</exception>
    public static int Of(string code) => Table[code];

    /// <summary>What to say where the framework chose a status and wrote nothing.</summary>
    public static Error Describe(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new(ErrorCodes.Unauthenticated, "A valid bearer token is needed."),
        StatusCodes.Status403Forbidden => new(ErrorCodes.Forbidden, "The caller's role does not allow this."),
        StatusCodes.Status404NotFound => new(ErrorCodes.NotFound, "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed => new(ErrorCodes.MethodNotAllowed, "This path has no such method; see the header Allow."),
        StatusCodes.Status408RequestTimeout => new(ErrorCodes.InvalidArgument, "The body came too slowly."),
        StatusCodes.Status413PayloadTooLarge => new(ErrorCodes.TooLarge, $"The body must be at most {RequestBody.MaxBytes} bytes."),
        StatusCodes.Status415UnsupportedMediaType => new(ErrorCodes.UnsupportedMediaType, "This path takes no body of this content type."),
        StatusCodes.Status429TooManyRequests => new(ErrorCodes.RateLimited, "Too many requests; see the header Retry-After."),
        StatusCodes.Status503ServiceUnavailable => new(ErrorCodes.Unavailable, "Something that Strata needs is away; try again."),
        >= 500 => new(ErrorCodes.Internal, "Strata failed; the request id finds the cause in its log."),
        _ => new(ErrorCodes.InvalidArgument, "The request cannot be understood."),
    };
}
