using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Server.Http;

/// <summary>Reads bodies: bounded, of a content type that the path takes, and once, since the idempotency filter looks at them first.</summary>
internal static class RequestBody
{
    /// <summary>Bytes that a body may have.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes after which Kestrel cuts the connection. What lies between the two limits is read to its end and thrown away, so that the client
    /// hears 413 instead of a broken connection.
    /// </summary>
    public const int HardLimit = 4 * MaxBytes;

    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>The whole body; of a large one, once it is the request's turn.</summary>
    /// <exception cref="BadHttpRequestException">It is larger than <see cref="MaxBytes"/> (413).</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Whole>() is { } read)
            return read.Bytes;
        if (context.Request.ContentLength > MaxBytes)
            throw TooLarge();
        var whole = new Whole(await ReadAsync(context.Request, cancellationToken));
        await context.RequestServices.GetRequiredService<LargeBodies>().EnterAsync(context, whole.Bytes.Length, cancellationToken);
        context.Features.Set(whole);
        return whole.Bytes;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = request.BodyReader;
        var buffer = new MemoryStream();
        var most = (int)(request.ContentLength ?? MaxBytes);
        var length = 0L;
        try
        {
            ReadResult read;
            do
            {
                read = await body.ReadAsync(cancellationToken);
                length += read.Buffer.Length;
                if (length > buffer.Capacity && length <= most)
                    buffer.Capacity = (int)Math.Min(Math.Max(2 * buffer.Capacity, length), most); // what is held for who is slow is what came, not twice as much
                foreach (var piece in length <= MaxBytes ? read.Buffer : default)
                    buffer.Write(piece.Span);
                body.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The framing of the body is broken.", broken); // Kestrel's word for a length of chunk that overflows
        }
        return length <= MaxBytes ? buffer.GetBuffer().AsMemory(0, (int)buffer.Length) : throw TooLarge();
    }

    /// <summary>A body of JSON.</summary>
    public static async Task<Result<Json>> ReadJsonAsync(HttpContext context, CancellationToken cancellationToken) =>
        ContentType(context.Request, Reply.JsonType) is { Error: { } error } ? error : Json.Parse((await ReadBytesAsync(context, cancellationToken)).Span);

    /// <summary>A body that must be a JSON object.</summary>
    public static async Task<Result<JsonObject>> ReadObjectAsync(HttpContext context, CancellationToken cancellationToken) =>
        (await ReadJsonAsync(context, cancellationToken)).Then<JsonObject>(body =>
            body is JsonObject members ? members : new Error(ErrorCodes.InvalidArgument, "The body must be a JSON object."));

    /// <summary>A body that must be a JSON object, or nothing at all.</summary>
    public static async Task<Result<JsonObject>> ReadOptionalObjectAsync(HttpContext context, CancellationToken cancellationToken) =>
        (await ReadBytesAsync(context, cancellationToken)).IsEmpty ? JsonObject.Empty : await ReadObjectAsync(context, cancellationToken);

    /// <summary>A patch; which kind, the content type says: JSON Patch (RFC 6902), else merge patch (RFC 7396).</summary>
    public static async Task<Result<Patch>> ReadPatchAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!ContentType(context.Request, MergePatch, JsonPatch, Reply.JsonType).TryGet(out var type, out var error))
            return error;
        return Json.Parse((await ReadBytesAsync(context, cancellationToken)).Span).Then<Patch>(body => new Patch(type == JsonPatch, body));
    }

    private static Result<string> ContentType(HttpRequest request, params ReadOnlySpan<string> taken)
    {
        // A few kilobytes can hold gigabytes of compressed blanks, so nothing is ever inflated.
        if (request.Headers.ContentEncoding is { Count: > 0 } and not ["identity"])
            return new Error(ErrorCodes.UnsupportedMediaType, $"The body must come as it is, without Content-Encoding (is '{request.Headers.ContentEncoding}').");
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var given)
            && (!given.Charset.HasValue || HeaderUtilities.RemoveQuotes(given.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var type in taken)
            {
                if (given.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
                    return type;
            }
        }
        return new Error(ErrorCodes.UnsupportedMediaType, $"The content type must be {string.Join(" or ", taken!)} in UTF-8 (is '{request.ContentType}').");
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private sealed record Whole(ReadOnlyMemory<byte> Bytes);
}

/// <summary>A change of a document as it was sent.</summary>
/// <param name="IsJsonPatch">RFC 6902; else RFC 7396.</param>
/// <param name="Body">The patch.</param>
internal sealed record Patch(bool IsJsonPatch, Json Body)
{
    /// <summary>Applies it to a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="shape">Where its leaves begin: an opaque one is replaced whole by a merge patch.</param>
    public Result<JsonObject> On(JsonObject document, Shape shape) =>
        IsJsonPatch ? Model.Documents.JsonPatch.Apply(document, Body) : Model.Documents.MergePatch.Apply(shape, document, Body);
}
