using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;

namespace Strata.Server.Apply;

/// <summary>Many documents in one request, as they lie in files.</summary>
internal static class ApplyEndpoints
{
    public static void MapApply(this IEndpointRouteBuilder routes) => routes
        .MapPost("/apply", ApplyAsync).Needs(Permission.Apply, "Apply", "Bring platforms, segments, the allowlist and tenants to what their documents say")
            .WithTags("Operations")
        .Accepts<JsonObject>(Reply.JsonType).Produces<ApplyResponse>()
        .ExampleRequest("""{"items":[{"kind":"platform","id":"dcoder","document":{"displayName":"D.Coder","quotas":{"requestsPerMinute":600}}}]}""");

    private static async Task<IResult> ApplyAsync(
        HttpContext context, [AsParameters] WriteQuery query, ApplyRun run, Acts acts, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).Then(ApplyItem.Read).TryGet(out var items, out var error)
            || !acts.Of(context, query.Comment).TryGet(out var act, out error))
            return new Refusal(error);
        if (!items.All(item => IsGranted(context.Grant(), item)))
            return new Refusal(Grants.Forbidden);
        var options = new ApplyOptions(query.DryRun == true, context.Grant().Judge(Permission.CreatePlatforms) == Judgement.Granted);
        var outcome = await run.RunAsync(items, act, options, cancellationToken);
        return outcome.Result.TryGet(out var response, out error)
            ? Reply.Ok(response, WireJson.Shapes.ApplyResponse)
            : new Refusal(error) { IsHalfDone = outcome.IsHalfDone };
    }

    /// <summary>Whether the caller may write what the item is of; whether it may make a new platform, the run asks.</summary>
    private static bool IsGranted(Grant grant, ApplyItem item)
    {
        var judgement = item switch
        {
            { Platform: null } => grant.Judge(Permission.WriteAllowlist),
            { Kind: ApplyKind.Tenant, Platform: { } platform } => grant.Judge(Permission.AdministerTenant, platform, TenantId.Parse(item.Id)),
            { Platform: { } platform } => grant.Judge(Permission.WritePlatform, platform),
        };
        return judgement == Judgement.Granted;
    }
}
