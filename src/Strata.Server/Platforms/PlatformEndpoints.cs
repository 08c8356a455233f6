using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Resolution;
using Strata.Model.Sections;
using Strata.Server.Access;
using Strata.Server.Configuration;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Platforms;

/// <summary>Brands: which there are, and their layer of configuration.</summary>
internal static class PlatformEndpoints
{
    private const string List = "platforms";
    private const string Changed = "platform.changed";

    public static void MapPlatforms(this IEndpointRouteBuilder routes)
    {
        var platforms = routes.MapGroup("/platforms").WithTags("Platforms");
        platforms.MapGet("", ListAsync).Needs(Permission.ReadPlatformNames, "ListPlatforms", "The platforms that the caller may see").Produces<PlatformPage>();
        platforms.MapPost("", CreateAsync).Needs(Permission.CreatePlatforms, "CreatePlatform", "Make a platform")
            .Accepts<CreatePlatformRequest>(Reply.JsonType).Produces<PlatformResponse>(StatusCodes.Status201Created)
            .ExampleRequest("""{"id":"dcoder","displayName":"D.Coder"}""");
        platforms.MapGet("/{platform}", GetAsync).Needs(Permission.ReadPlatformNames, "GetPlatform", "A platform").Produces<PlatformResponse>()
            .ExampleAnswer("""{"id":"dcoder","displayName":"D.Coder","revision":12,"createdAt":"2026-11-01T08:00:00+00:00"}""");

        var config = platforms.MapGroup("/{platform}/config").WithTags("Platform configuration");
        config.MapGet("", ReadAsync).Needs(Permission.ReadPlatform, "GetPlatformConfig", "The effective defaults; layer=own for what the platform sets itself")
            .Produces<JsonObject>();
        config.MapPatch("", PatchAsync).Needs(Permission.WritePlatform, "PatchPlatformConfig", "Change what the platform sets").IfMatch(required: true)
            .Accepts<JsonObject>(RequestBody.MergePatch, RequestBody.JsonPatch, Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"quotas":{"requestsPerMinute":600}}""");
        config.MapGet("/explain", ExplainAsync).Needs(Permission.ReadPlatform, "ExplainPlatformConfig", "Why the effective defaults are what they are")
            .Produces<ExplainResponse>();
        config.MapGet("/{section}", ReadSectionAsync).Needs(Permission.ReadPlatform, "GetPlatformSection", "A section of it").Produces<JsonObject>();
        config.MapPut("/{section}", PutSectionAsync).Needs(Permission.WritePlatform, "PutPlatformSection", "Replace what the platform sets in a section")
            .IfMatch(required: true)
            .Accepts<JsonObject>(Reply.JsonType).Produces<WriteResponse>().ExampleRequest("""{"requestsPerMinute":600}""");
        config.MapDelete("/{section}", DeleteSectionAsync).Needs(Permission.WritePlatform, "DeletePlatformSection", "Back to the inherited section")
            .IfMatch(required: true)
            .Produces<WriteResponse>();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, [AsParameters] Paging paging, PlatformStore store, TenantPlatforms tenants, CancellationToken cancellationToken)
    {
        if (!paging.StartById(List).TryGet(out var page, out var error))
            return new Refusal(error);
        var visible = await VisiblePlatforms.OfAsync(context.Grant(), tenants, cancellationToken);
        PlatformId? after = page.After is null ? null : PlatformId.Parse(page.After);
        var found = await store.ListAsync(visible, after, page.Limit + 1, cancellationToken);
        var items = found.Take(page.Limit).Select(platform => PlatformResponse.Of(platform, isWhole: context.Grant().Caller.Tenants is null)).ToImmutableArray();
        var next = found.Length > page.Limit ? Paging.Encode(List, items[^1].Id) : null;
        return Reply.Ok(new PlatformPage(items, next), WireJson.Shapes.PlatformPage);
    }

    private static async Task<IResult> GetAsync(
        HttpContext context, string platform, PlatformStore store, TenantPlatforms tenants, CancellationToken cancellationToken)
    {
        var visible = await VisiblePlatforms.OfAsync(context.Grant(), tenants, cancellationToken);
        if (PlatformId.TryParse(platform, out var id) && context.Grant().Excludes(id))
            return new Refusal(Grants.Forbidden);
        if (id == default || visible?.Contains(id) == false || await store.FindAsync(id, cancellationToken) is not { } found)
            return new Refusal(PlatformRequests.NotFound);
        return Reply.Ok(
            PlatformResponse.Of(found, isWhole: context.Grant().Caller.Tenants is null), WireJson.Shapes.PlatformResponse,
            ("ETag", LayerName.Platform.ETag(found.Revision)));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, PlatformStore store, Acts acts, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).Then(CreatePlatformRequest.Read).TryGet(out var request, out var error)
            || !acts.Of(context, comment: null).TryGet(out var act, out error))
            return new Refusal(error);
        var platform = new PlatformRecord(PlatformId.Parse(request.Id), request.DisplayName, default, act.At);
        var answer = Reply.Of(
            StatusCodes.Status201Created, PlatformResponse.Of(platform, isWhole: true), WireJson.Shapes.PlatformResponse,
            ("ETag", LayerName.Platform.ETag(platform.Revision)), ("Location", $"/v1/platforms/{platform.Id}"));
        return (await store.CreateAsync(platform, act, answer, cancellationToken)).Then<Answer>(_ => answer).ToReply();
    }

    private static Task<IResult> ReadAsync(
        HttpContext context, PlatformId platform, [FromQuery] string? layer, PlatformRequests requests, CancellationToken cancellationToken) =>
        requests.ReadAsync(context, platform, layer, section: null, cancellationToken);

    private static Task<IResult> ReadSectionAsync(
        HttpContext context, PlatformId platform, string section, [FromQuery] string? layer, PlatformRequests requests, CancellationToken cancellationToken) =>
        requests.ReadAsync(context, platform, layer, section, cancellationToken);

    private static async Task<IResult> ExplainAsync(
        PlatformId platform, [FromQuery] string? pointer, LayerReader reader, Explaining explaining, CancellationToken cancellationToken)
    {
        if (!ExplainPointer.Read(pointer).TryGet(out var at, out var error))
            return new Refusal(error);
        return await reader.FindPlatformAsync(platform, cancellationToken) is { } state
            ? Reply.Ok(new ExplainResponse(await explaining.OfAsync(state, at, cancellationToken)), WireJson.Shapes.ExplainResponse)
            : new Refusal(PlatformRequests.NotFound);
    }

    private static Task<IResult> PatchAsync(
        HttpContext context, PlatformId platform, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PatchAsync(new LayerRequest(context, LayerKey.Platform(platform), Changed, query), cancellationToken);

    private static Task<IResult> PutSectionAsync(
        HttpContext context, PlatformId platform, string section, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PutSectionAsync(new LayerRequest(context, LayerKey.Platform(platform), Changed, query), section, cancellationToken);

    private static Task<IResult> DeleteSectionAsync(
        HttpContext context, PlatformId platform, string section, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.DeleteSectionAsync(new LayerRequest(context, LayerKey.Platform(platform), Changed, query), section, cancellationToken);
}

/// <summary>Reads of a platform's configuration.</summary>
internal sealed class PlatformRequests(LayerRequests layers, LayerReader reader, Resolver resolver, SectionCatalog sections)
{
    public static readonly Error NotFound = new(ErrorCodes.NotFound, "There is no such platform.");

    /// <summary>The effective defaults or, with <c>layer=own</c>, the sparse document; or a section of either. Both carry the layer's ETag.</summary>
    public async Task<IResult> ReadAsync(HttpContext context, PlatformId platform, string? layer, string? section, CancellationToken cancellationToken)
    {
        if (layer is not (null or "own"))
            return Refusal.Of(ErrorCodes.InvalidArgument, $"layer must be own, or absent for the effective document (is '{layer}').");
        var key = LayerKey.Platform(platform);
        if (layer == "own" || (section is not null && sections.Find(section) is null))
        {
            return section is null
                ? await layers.ReadAsync(context, key, cancellationToken)
                : await layers.ReadSectionAsync(context, key, section, cancellationToken);
        }
        if (await reader.FindPlatformAsync(platform, cancellationToken) is not { } state)
            return new Refusal(NotFound);
        var document = resolver.Resolve(state.Layers).Document;
        LayerName[] names = [LayerName.Allowlist, LayerName.Platform];
        var vector = new RevisionVector(sections.Version, [.. names.Select(name => (name, state.RevisionOf(name)))]);
        // The ETag is the layer's, for writes; what is effective changes with the allowlist, too, so it must not answer 304.
        context.Request.Headers.IfNoneMatch = default;
        var etag = LayerName.Platform.ETag(state.RevisionOf(LayerName.Platform));
        return JsonReply.Of(context, section is null ? document : document[section] ?? JsonObject.Empty, etag, vector.ToString());
    }
}

/// <summary>Which platforms a caller may know of.</summary>
internal static class VisiblePlatforms
{
    /// <summary>The platforms; <c>null</c> for all.</summary>
    public static async Task<ImmutableArray<PlatformId>?> OfAsync(Grant grant, TenantPlatforms tenants, CancellationToken cancellationToken)
    {
        var visible = grant.Caller.Platforms;
        if (grant.OnlyTenant is not null)
            visible = grant.OnlyTenantsPlatform is { } platform ? [platform] : [];
        else if (grant.Caller.Tenants is { } bound)
        {
            var owners = ImmutableArray.CreateBuilder<PlatformId>();
            foreach (var tenant in bound)
            {
                if (await tenants.FindAsync(tenant, cancellationToken) is { } owner && visible?.Contains(owner) != false)
                    owners.Add(owner);
            }
            visible = owners.ToImmutable();
        }
        return grant.OnlyPlatform is { } only ? visible?.Contains(only) == false ? [] : [only] : visible;
    }
}

/// <summary>A platform.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DisplayName">Its name for people.</param>
public sealed record PlatformResponse(string Id, string DisplayName)
{
    /// <summary>The number of its layer's newest revision; absent for callers who see only its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Revision { get; init; }

    /// <summary>When it was made; absent for callers who see only its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }

    internal static PlatformResponse Of(PlatformRecord platform, bool isWhole) => new(platform.Id.Text, platform.DisplayName)
    {
        Revision = isWhole ? platform.Revision.Number : null,
        CreatedAt = isWhole ? platform.CreatedAt : null,
    };
}

/// <summary>A page of platforms, by id.</summary>
/// <param name="Items">The platforms.</param>
/// <param name="NextCursor">For the next page; <c>null</c> after the last.</param>
public sealed record PlatformPage(ImmutableArray<PlatformResponse> Items, string? NextCursor);

/// <summary>A platform to be made.</summary>
/// <param name="Id">Its id: a slug of 3 to 40 characters.</param>
/// <param name="DisplayName">Its name for people, at most 80 characters.</param>
public sealed record CreatePlatformRequest(string Id, string DisplayName)
{
    internal const int MaxName = 80;

    internal static Result<CreatePlatformRequest> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var id = members.Id<PlatformId>("id", PlatformId.TryParse);
        var name = members.Text("displayName");
        if (name.Length > MaxName)
            members.Refuse<string>("displayName", "maxLength", $"must be at most {MaxName} characters (has {name.Length})");
        return (members.Error ?? RefusalOf(name, JsonPointer.Of("displayName"))) is { } error ? error : new CreatePlatformRequest(id.Text, name);
    }

    /// <summary>A name is kept for ever, in the audit, too: why it cannot be; <c>null</c> when it can.</summary>
    internal static Error? RefusalOf(string name, JsonPointer at) => References.IsPlaintext(name)
        ? new Error(ErrorCodes.PlaintextSecret, $"'{at}' looks like a credential, and a name is kept for ever.", [References.Plaintext(at)])
        : null;
}
