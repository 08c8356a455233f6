using System.Net.Sockets;
using Npgsql;
using Strata.Storage;

namespace Strata.Server.Http;

/// <summary>
/// The outermost step: whatever goes wrong below becomes our envelope. Lost infrastructure is 503, a defect 500 with its cause in the log
/// only; a status that the framework chose without a body (404, 405, 415) gets one.
/// </summary>
internal sealed partial class Failures(RequestDelegate next, ILogger<Failures> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                await new Refusal(ErrorStatus.Describe(context.Response.StatusCode)).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await Translate(failure, context).ExecuteAsync(context);
        }
    }

    private Refusal Translate(Exception failure, HttpContext context)
    {
        // Headers of the answer that was under way (ETag, Location) would describe something else now.
        context.Response.Headers.Remove("ETag");
        context.Response.Headers.Remove("Location");
        if (failure is BadHttpRequestException bad)
            return new Refusal(ErrorStatus.Describe(bad.StatusCode));
        if (failure is OlderCopyException)
        {
            PutBack(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            return new Refusal(ErrorStatus.Describe(StatusCodes.Status503ServiceUnavailable));
        }
        if (IsLostInfrastructure(failure))
        {
            Lost(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            return new Refusal(ErrorStatus.Describe(StatusCodes.Status503ServiceUnavailable)) { RetryAfter = 1 };
        }
        Failed(failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
        return new Refusal(ErrorStatus.Describe(StatusCodes.Status500InternalServerError));
    }

    private static bool IsLostInfrastructure(Exception failure) => failure switch
    {
        // FATAL is no refusal of a statement: a session ended, or none was begun, since the database is gone or closed, or the role or its password is another
        // now (https://www.postgresql.org/docs/current/runtime-config-logging.html).
        PostgresException refusal => refusal.IsLost() || refusal.InvariantSeverity is "FATAL" or "PANIC",
        OutcomeUnknownException or NpgsqlException or SocketException or HttpRequestException or TimeoutException => true,
        _ => failure.InnerException is { } inner && IsLostInfrastructure(inner),
    };

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} could not be served, something is away (request {RequestId})")]
    private partial void Lost(Exception failure, string method, string path, string requestId);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} cannot be served until an operator has put the tenant's newer database back, or made the older one a new incarnation (request {RequestId})")]
    private partial void PutBack(Exception failure, string method, string path, string requestId);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed (request {RequestId})")]
    private partial void Failed(Exception failure, string method, string path, string requestId);
}
