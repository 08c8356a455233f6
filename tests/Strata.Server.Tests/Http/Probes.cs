using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Strata.Server.Access;
using Strata.Server.Http;

namespace Strata.Server.Tests.Http;

/// <summary>Endpoints that use the shared parts of HTTP and nothing else.</summary>
internal static class Probes
{
    public static void Map(WebApplication app)
    {
        var probes = app.MapGroup("/probe").Needs(Permission.Public).ExcludeFromDescription();
        QueryParameters.Describe(probes);
        probes.MapGet("/defect", IResult () => throw new InvalidOperationException("the secret is hunter2"));
        probes.MapGet("/lost", IResult () => throw new NpgsqlException("connection refused", new IOException("gone")));
        probes.MapPost("/json", async (HttpContext context, CancellationToken token) =>
            (await RequestBody.ReadJsonAsync(context, token)).TryGet(out var json, out var error) ? Results.Text(json.ToString()) : new Refusal(error));
        probes.MapPatch("/patch", async (HttpContext context, CancellationToken token) =>
            (await RequestBody.ReadPatchAsync(context, token)).TryGet(out var patch, out var error) ? Results.Text(patch.IsJsonPatch ? "json" : "merge") : new Refusal(error));
        probes.MapGet("/page", ([AsParameters] Paging paging) =>
            paging.Start("things", static key => key == "acme").TryGet(out var start, out var error) ? Results.Text($"{start.Limit} {start.After}") : new Refusal(error));
        probes.MapPut("/layer", (HttpRequest request, [FromQuery] bool? dryRun) =>
            Preconditions.IfMatch(request, "\"platform.12\"", required: dryRun != true) is { } error ? new Refusal(error) : Results.Ok());

        var guarded = app.MapGroup("/probe").ExcludeFromDescription();
        guarded.MapGet("/guarded", () => Results.Ok()).Needs(Permission.ReadSchemas);
        guarded.MapGet("/installation", () => Results.Ok()).Needs(Permission.Operate);
        guarded.MapGet("/platforms/{platform}", () => Results.Ok()).Needs(Permission.ReadPlatform);
        guarded.MapGet("/forgotten", () => Results.Ok());
    }
}
