using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Storage;

namespace Strata.Server.Http;

/// <summary>Documents as answers to reads: canonical bytes, ETag, revision vector, and nothing again for a client that has them.</summary>
internal static class JsonReply
{
    public const string RevisionHeader = "X-Strata-Revision";

    public static Reply Of(HttpContext context, Json document, string etag, string vector) => Of(context, document.ToUtf8(), etag, vector);

    public static Reply Of(HttpContext context, ReadOnlyMemory<byte> document, string etag, string vector)
    {
        var headers = ImmutableSortedDictionary.CreateRange(StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create("Cache-Control", "private, no-cache"),
            KeyValuePair.Create("ETag", etag),
            KeyValuePair.Create(RevisionHeader, vector),
        ]);
        return Preconditions.IsNotModified(context.Request, etag)
            ? new Reply(new Answer(StatusCodes.Status304NotModified, headers, default))
            : new Reply(new Answer(StatusCodes.Status200OK, headers.Add("Content-Type", Reply.JsonType), document));
    }
}
