using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Strata.Server.Http;

/// <summary>What all endpoints share.</summary>
internal static class HttpSetup
{
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.HardLimit;
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
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<Access.AccessGate>();
    }
}
