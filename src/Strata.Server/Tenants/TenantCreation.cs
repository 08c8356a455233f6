using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Judgement;
using Strata.Model.Resolution;
using Strata.Server.Http;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Tenants;

/// <summary>Makes tenants: attributes judged under their platform, then a database of their own.</summary>
internal sealed class TenantCreation(LayerReader reader, Resolver resolver, Judge judge, Provisioning provisioning)
{
    private static readonly JsonPointer DataRegions = JsonPointer.Parse("/residency/dataRegions");

    /// <summary>Makes a tenant; when the task ends it can be read and written.</summary>
    public async Task<Result<Answer>> CreateAsync(CreateTenantRequest request, Act act, CancellationToken cancellationToken)
    {
        var platform = PlatformId.Parse(request.Platform);
        if (await reader.FindPlatformAsync(platform, cancellationToken) is not { } above)
            return new Error(ErrorCodes.InvalidArgument, $"There is no platform '{platform}'.");
        var document = Attributes(request, above.Layers);
        var id = TenantId.Parse(request.Id);
        if (Judge(above.Layers, id, document).Refusal is { } refusal)
            return refusal;
        var tenant = new NewTenant(id, platform, TenantAttributes.Read(document));
        return await provisioning.CreateAsync(tenant, act, Answer, cancellationToken);
    }

    /// <summary>Finishes those of the tenants that a killed server has left half made, and waits for those that another one is making.</summary>
    public Task FinishAsync(IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken) => provisioning.FinishAsync(tenants, cancellationToken);

    /// <summary>The attributes' document: region defaults to the first of the platform's data regions.</summary>
    public JsonObject Attributes(CreateTenantRequest request, PlatformLayers above)
    {
        var region = request.Region ?? resolver.Resolve(above).Document.At(DataRegions).Texts().FirstOrDefault();
        return JsonObject.Of(
            ("displayName", Json.Of(request.DisplayName)),
            ("tier", request.Tier is null ? null : Json.Of(request.Tier)),
            ("region", region is null ? null : Json.Of(region)),
            ("labels", request.Labels is { Count: > 0 } labels ? labels : null),
            ("status", Json.Of(TenantAttributes.StatusWord(TenantStatus.Active))));
    }

    /// <summary>Judges a new tenant's attributes.</summary>
    public Verdict Judge(PlatformLayers above, TenantId id, JsonObject document)
    {
        var nobody = TenantAttributes.Read(JsonObject.Empty);
        return judge.Attributes(above, new TenantLayers(id, nobody, JsonObject.Empty), document);
    }

    private static Answer Answer(TenantRecord tenant) => Reply.Of(
        StatusCodes.Status201Created, TenantResponse.Of(tenant), WireJson.Shapes.TenantResponse,
        ("ETag", TenantResponse.ETag(tenant)), ("Location", $"/v1/tenants/{tenant.Id}"));
}
