using Strata.Model.Documents;

namespace Strata.Server.Http;

/// <summary>Documents as answers to reads: canonical bytes, ETag, revision vector, and nothing again for a client that has them.</summary>
internal static class JsonReply
{
    public const string RevisionHeader = "X-Strata-Revision";

    public static IResult Of(HttpContext context, Json document, string etag, string vector) => Of(context, document.ToUtf8(), etag, vector);

    public static IResult Of(HttpContext context, ReadOnlyMemory<byte> document, string etag, string vector) =>
        new Document(Preconditions.IsNotModified(context.Request, etag) ? default(ReadOnlyMemory<byte>?) : document, etag, vector);

    /// <summary>Writes straight to the response: this is the hot read, where even a list of headers would show.</summary>
    /// <param name="Body">The bytes; <c>null</c> for a client that has them.</param>
    /// <param name="ETag">What they are known by.</param>
    /// <param name="Vector">What they were computed from.</param>
    private sealed record Document(ReadOnlyMemory<byte>? Body, string ETag, string Vector) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.ETag = ETag;
            response.Headers[RevisionHeader] = Vector;
            if (Body is not { } body)
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
            response.ContentType = Reply.JsonType;
            response.ContentLength = body.Length;
            return response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).AsTask();
        }
    }
}
