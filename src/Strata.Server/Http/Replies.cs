using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Strata.Model;
using Strata.Storage;

namespace Strata.Server.Http;

/// <summary>An answer as the result of a handler.</summary>
internal sealed class Reply(Answer answer) : IResult
{
    public const string JsonType = "application/json";

    /// <summary>What the client gets.</summary>
    public Answer Answer => answer;

    /// <summary>An answer with a shape of the wire as its body.</summary>
    public static Answer Of<T>(int status, T shape, JsonTypeInfo<T> type, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        all["Content-Type"] = JsonType;
        foreach (var (name, value) in headers)
            all[name] = value;
        return new Answer(status, all.ToImmutable(), JsonSerializer.SerializeToUtf8Bytes(shape, type));
    }

    public static Reply Ok<T>(T shape, JsonTypeInfo<T> type, params ReadOnlySpan<(string Name, string Value)> headers) =>
        new(Of(StatusCodes.Status200OK, shape, type, headers));

    /// <summary>For a client that has the representation already.</summary>
    public static Reply NotModified(string etag) => new(new Answer(
        StatusCodes.Status304NotModified, ImmutableSortedDictionary.CreateRange(StringComparer.OrdinalIgnoreCase, [KeyValuePair.Create("ETag", etag)]), default));

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(answer, httpContext);

    public static async Task WriteAsync(Answer answer, HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.Status is StatusCodes.Status304NotModified or StatusCodes.Status204NoContent)
            return;
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>The one way a failure leaves: our envelope with the status of its code.</summary>
/// <param name="Error">The refusal.</param>
internal sealed record Refusal(Error Error) : IResult
{
    /// <summary>Seconds for <c>Retry-After</c>; <c>null</c> for none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The value of <c>WWW-Authenticate</c>; <c>null</c> for none.</summary>
    public string? Challenge { get; init; }

    /// <summary>Whether some of the request was done: then its idempotency key stays open, for who goes on with it.</summary>
    public bool IsHalfDone { get; init; }

    public static Refusal Of(string code, string message) => new(new Error(code, message));

    public Answer ToAnswer(string requestId)
    {
        var answer = Reply.Of(ErrorStatus.Of(Error.Code), ErrorEnvelope.Of(Error, requestId), WireJson.Shapes.ErrorEnvelope);
        var headers = answer.Headers;
        if ((RetryAfter ?? (Error.Code == ErrorCodes.Unavailable ? 1 : null)) is { } seconds)
            headers = headers.SetItem("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (Challenge is not null)
            headers = headers.SetItem("WWW-Authenticate", Challenge);
        return answer with { Headers = headers };
    }

    public Task ExecuteAsync(HttpContext httpContext) => Reply.WriteAsync(ToAnswer(httpContext.TraceIdentifier), httpContext);
}

/// <summary>From results of the model to results of handlers.</summary>
internal static class Replies
{
    public static IResult ToReply(this Result<Answer> result) => result.TryGet(out var answer, out var error) ? new Reply(answer) : new Refusal(error);
}
