using System.Collections.Immutable;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Server.Platforms;
using Strata.Storage;

namespace Strata.Server.Tenants;

/// <summary>Tenants: which there are, what they are, and where they are in their lives.</summary>
internal static class TenantEndpoints
{
    private const string List = "tenants";

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var tenants = routes.MapGroup("/tenants").WithTags("Tenants");
        tenants.MapGet("", ListAsync).Needs(Permission.ListTenants, "ListTenants", "The tenants that the caller may see, by id").Produces<TenantPage>();
        tenants.MapPost("", CreateAsync).Needs(Permission.CreateTenants, "CreateTenant", "Make a tenant; when it is answered, its database is ready")
            .Accepts<CreateTenantRequest>(Reply.JsonType).Produces<TenantResponse>(StatusCodes.Status201Created)
            .ExampleRequest("""{"id":"acme","platform":"dcoder","displayName":"Acme Robotics","tier":"enterprise","labels":{"pilot":"yes"}}""");
        tenants.MapGet("/{tenant}", GetAsync).Needs(Permission.ReadTenant, "GetTenant", "A tenant").Produces<TenantResponse>()
            .ExampleAnswer("""
                {"id":"acme","platform":"dcoder","displayName":"Acme Robotics","tier":"enterprise","region":"eu","labels":{"pilot":"yes"},
                "verifiedHosts":[],"status":"active","revision":2,"createdAt":"2026-11-02T09:00:00Z"}
                """);
        tenants.MapPatch("/{tenant}", PatchAsync).Needs(Permission.AdministerTenant, "PatchTenant", "Change what a tenant is").IfMatch(required: true)
            .Accepts<JsonObject>(RequestBody.MergePatch, RequestBody.JsonPatch, Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"tier":"pro"}""");
        tenants.MapPost("/{tenant}/suspend", SuspendAsync).Needs(Permission.AdministerTenant, "SuspendTenant", "Cut a tenant off, everything kept")
            .IfMatch(required: false)
            .Accepts<StatusRequest>(isOptional: true, Reply.JsonType).Produces<TenantResponse>()
            .ExampleRequest("""{"reason":"Invoice overdue"}""");
        tenants.MapPost("/{tenant}/resume", ResumeAsync).Needs(Permission.AdministerTenant, "ResumeTenant", "Serve a suspended tenant again")
            .IfMatch(required: false)
            .Accepts<StatusRequest>(isOptional: true, Reply.JsonType).Produces<TenantResponse>()
            .ExampleRequest("""{"reason":"Invoice paid"}""");
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, [AsParameters] TenantQuery query, [AsParameters] Paging paging, VisibleTenants visible, CancellationToken cancellationToken)
    {
        if (!query.ToFilter().TryGet(out var filter, out var error) || !paging.StartById(List).TryGet(out var page, out error))
            return new Refusal(error);
        var found = await visible.ListAsync(context.Grant(), filter, page with { Limit = page.Limit + 1 }, cancellationToken);
        var items = found.Take(page.Limit).Select(TenantResponse.Of).ToImmutableArray();
        return Reply.Ok(new TenantPage(items, found.Length > page.Limit ? Paging.Encode(List, items[^1].Id) : null), WireJson.Shapes.TenantPage);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, TenantCreation creation, Acts acts, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).Then(CreateTenantRequest.Read).TryGet(out var request, out var error)
            || !acts.Of(context, comment: null).TryGet(out var act, out error))
            return new Refusal(error);
        if (context.Grant().Judge(Permission.CreateTenants, PlatformId.Parse(request.Platform)) != Judgement.Granted)
            return new Refusal(Grants.Forbidden);
        return (await creation.CreateAsync(request, act, cancellationToken)).ToReply();
    }

    private static async Task<IResult> GetAsync(HttpContext context, TenantId tenant, TenantRegistry registry, CancellationToken cancellationToken)
    {
        var found = (await registry.FindAsync(tenant, cancellationToken))!;
        var etag = TenantResponse.ETag(found);
        return Preconditions.IsNotModified(context.Request, etag)
            ? Reply.NotModified(etag)
            : Reply.Ok(TenantResponse.Of(found), WireJson.Shapes.TenantResponse, ("ETag", etag));
    }

    private static async Task<IResult> PatchAsync(
        HttpContext context, TenantId tenant, [AsParameters] WriteQuery query, TenantChanges changes, LayerRequests layers, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadPatchAsync(context, cancellationToken)).TryGet(out var patch, out var error))
            return new Refusal(error);
        var request = new LayerRequest(context, LayerKey.Attributes(tenant), "tenant.changed", query) { Objection = TenantChanges.Objection };
        return await layers.WriteAsync(request, document => changes.On(document, patch), cancellationToken);
    }

    private static Task<IResult> SuspendAsync(HttpContext context, TenantId tenant, TenantChanges changes, CancellationToken cancellationToken) =>
        ChangeStatusAsync(context, tenant, changes, TenantStatus.Suspended, cancellationToken);

    private static Task<IResult> ResumeAsync(HttpContext context, TenantId tenant, TenantChanges changes, CancellationToken cancellationToken) =>
        ChangeStatusAsync(context, tenant, changes, TenantStatus.Active, cancellationToken);

    private static async Task<IResult> ChangeStatusAsync(
        HttpContext context, TenantId tenant, TenantChanges changes, TenantStatus status, CancellationToken cancellationToken) =>
        (await RequestBody.ReadOptionalObjectAsync(context, cancellationToken)).Then(StatusRequest.Read).TryGet(out var request, out var error)
            ? (await changes.ToStatusAsync(context, tenant, status, request.Reason, cancellationToken)).ToReply()
            : new Refusal(error);
}

/// <summary>Which tenants are asked for.</summary>
/// <param name="Platform">Only of this platform.</param>
/// <param name="Status">Only in this status.</param>
/// <param name="Text">Only with this in id or display name.</param>
public readonly record struct TenantQuery(
    [FromQuery(Name = "platform")] string? Platform, [FromQuery(Name = "status")] string? Status, [FromQuery(Name = "q")] string? Text)
{
    internal Result<TenantFilter> ToFilter()
    {
        PlatformId platform = default;
        if (Platform is not null && !PlatformId.TryParse(Platform, out platform))
            return new Error(ErrorCodes.InvalidArgument, $"platform {Slug.Expected} (is '{Platform}').");
        var word = Status;
        var statuses = Enum.GetValues<TenantStatus>();
        var status = statuses.Where(status => TenantAttributes.StatusWord(status) == word).Cast<TenantStatus?>().FirstOrDefault();
        if (word is not null && status is null)
            return new Error(ErrorCodes.InvalidArgument, $"status must be one of {string.Join(", ", statuses.Select(TenantAttributes.StatusWord))} (is '{word}').");
        return new TenantFilter { Platforms = Platform is null ? null : [platform], Status = status, Text = string.IsNullOrEmpty(Text) ? null : Text };
    }
}

/// <summary>Lists the tenants that a caller may see.</summary>
internal sealed class VisibleTenants(TenantRegistry registry, TenantPlatforms platforms)
{
    public async Task<ImmutableArray<TenantRecord>> ListAsync(Grant grant, TenantFilter filter, PageStart page, CancellationToken cancellationToken)
    {
        var bound = grant.OnlyTenant is { } only ? [only] : grant.Caller.Tenants;
        if (bound is { } few)
            return await OfAsync(few, grant, filter, page, cancellationToken);
        var visible = await VisiblePlatforms.OfAsync(grant, platforms, cancellationToken);
        var asked = filter.Platforms is { } wanted ? visible is { } bounds ? [.. wanted.Where(bounds.Contains)] : wanted : visible;
        TenantId? after = page.After is null ? null : TenantId.Parse(page.After);
        return asked is { IsEmpty: true } ? [] : await registry.ListAsync(filter with { Platforms = asked }, after, page.Limit, cancellationToken);
    }

    private async Task<ImmutableArray<TenantRecord>> OfAsync(
        ImmutableArray<TenantId> tenants, Grant grant, TenantFilter filter, PageStart page, CancellationToken cancellationToken)
    {
        var found = new List<TenantRecord>();
        foreach (var id in tenants)
        {
            if (await registry.FindAsync(id, cancellationToken) is not { } tenant || !Fits(tenant, filter))
                continue;
            if (grant.Judge(Permission.ReadTenant, tenant.Platform, id) == Judgement.Granted)
                found.Add(tenant);
        }
        return [.. found.OrderBy(tenant => tenant.Id.Text, StringComparer.Ordinal)
            .Where(tenant => page.After is null || string.CompareOrdinal(tenant.Id.Text, page.After) > 0).Take(page.Limit)];
    }

    private static bool Fits(TenantRecord tenant, TenantFilter filter) =>
        filter.Platforms?.Contains(tenant.Platform) != false
        && (filter.Status is null || filter.Status == tenant.Attributes.Status)
        && (filter.Text is null || $"{tenant.Id}\n{tenant.Attributes.DisplayName}".Contains(filter.Text, StringComparison.OrdinalIgnoreCase));
}
