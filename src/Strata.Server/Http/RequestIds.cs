namespace Strata.Server.Http;

/// <summary>
/// Gives every request an id, the caller's (<c>X-Request-Id</c>) when it is one, and sends it back. It is what logs, errors and audit
/// events name. A header that is no id is replaced: nobody's request fails because of a trace.
/// </summary>
internal static class RequestIds
{
    public const string Header = "X-Request-Id";
    private const int MaxLength = 128;

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var given = context.Request.Headers[Header];
        context.TraceIdentifier = given is [{ Length: > 0 and <= MaxLength } id] && id.All(IsAllowed) ? id : Guid.CreateVersion7().ToString();
        context.Response.Headers[Header] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    });

    private static bool IsAllowed(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/' or '+' or '=';
}
