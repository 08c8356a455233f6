using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Strata.Server.Http;

/// <summary>What all endpoints share.</summary>
internal static class HttpSetup
{
    /// <summary>Bytes of a request's first line: room for a pointer that is too long to be told so by its endpoint.</summary>
    private const int MaxRequestLine = 64 * 1024;

    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.HardLimit;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            // Who drips is cut: a head after ten seconds, a body below four kilobytes a second after five.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Shapes);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    /// <summary>The steps in front of every endpoint.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseRequestIds();
        app.UseMiddleware<Failures>();
        app.Use(HeadAsGet);
        app.UseRouting();
        app.UseMiddleware<Access.AccessGate>();
    }

    /// <summary>HEAD is answered like GET (RFC 9110, 9.3.2). Kestrel knows what was asked and leaves the body out.</summary>
    private static Task HeadAsGet(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            context.Request.Method = HttpMethods.Get;
        return next(context);
    }
}
