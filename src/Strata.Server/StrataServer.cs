using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Health;
using Strata.Server.Http;

namespace Strata.Server;

/// <summary>The host, as a list of contents.</summary>
public static class StrataServer
{
    /// <summary>Puts the server together; nothing runs yet.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddHttp();
        builder.AddAccess();
        builder.AddDocumentation();

        var app = builder.Build();
        app.UseHttp();
        app.MapHealth();
        app.MapDevelopmentIssuer();
        app.MapDocumentation();
        return app;
    }
}
