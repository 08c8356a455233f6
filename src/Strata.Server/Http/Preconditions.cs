using Microsoft.Net.Http.Headers;
using Strata.Model;

namespace Strata.Server.Http;

/// <summary>Conditional requests (RFC 9110, 13): <c>If-Match</c> guards writes, <c>If-None-Match</c> spares reads and makes creations safe.</summary>
internal static class Preconditions
{
    /// <summary>Judges <c>If-Match</c> against a layer's ETag.</summary>
    /// <returns><c>null</c> when the write may go on.</returns>
    public static Error? IfMatch(HttpRequest request, string etag, bool required)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0)
            return required ? new Error(ErrorCodes.PreconditionRequired, $"This write needs the header If-Match with the ETag it is based on.") : null;
        if (!EntityTagHeaderValue.TryParseStrictList(header, out var tags) || (tags.Count > 1 && tags.Contains(EntityTagHeaderValue.Any)))
            return new Error(ErrorCodes.InvalidArgument, "The header If-Match must be * or a list of quoted ETags.");
        return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag == etag))
            ? null
            : new Error(ErrorCodes.RevisionMismatch, $"The layer has moved on: its ETag is {etag} (If-Match names {header}).");
    }

    /// <summary>Whether the client has this very representation already (weak comparison, as for every GET).</summary>
    public static bool IsNotModified(HttpRequest request, string etag) =>
        request.Headers.IfNoneMatch.Count > 0
        && EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == etag);

    /// <summary>Whether the request names the revision that it is based on.</summary>
    public static bool IsBound(HttpRequest request) => request.Headers.IfMatch is { Count: > 0 } and not ["*"];

    /// <summary>Whether the request asks for a creation: <c>If-None-Match: *</c>.</summary>
    public static bool IsCreation(HttpRequest request) => request.Headers.IfNoneMatch is ["*"];
}
