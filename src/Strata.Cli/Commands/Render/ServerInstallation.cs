using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Delivery.Rendering;
using Strata.Model;
using Json = Strata.Model.Documents.Json;
using Document = Strata.Model.Documents.JsonObject;

namespace Strata.Cli.Commands;

/// <summary>The brands of a server as renderers take them, read over its API.</summary>
internal sealed class ServerInstallation(StrataApi api)
{
    private const int Parallel = 8;

    /// <summary>Reads platforms, segments, tenants and every effective document.</summary>
    public async Task<Installation> ReadAsync(CancellationToken cancellationToken)
    {
        var allowlist = await ReadDocumentAsync("/v1/policies/allowed-hosts", cancellationToken);
        var brands = ImmutableArray.CreateBuilder<Brand>();
        foreach (var platform in await api.ListAsync("/v1/platforms", cancellationToken))
            brands.Add(await ReadBrandAsync(PlatformId.Parse((string)platform["id"]!), cancellationToken));
        return new Installation(brands.DrainToImmutable(), allowlist);
    }

    private async Task<Brand> ReadBrandAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        var defaults = await ReadDocumentAsync($"/v1/platforms/{platform}/config", cancellationToken);
        var segments = (await api.ListAsync($"/v1/platforms/{platform}/segments", cancellationToken))
            .Select(segment => Segment.Read(SegmentId.Parse((string)segment["id"]!), ToDocument(segment))).ToImmutableArray();
        var layers = new PlatformLayers(platform, Allowlist.Empty, Document.Empty, segments);
        var tenants = new ConcurrentBag<Tenant>();
        var listed = await api.ListAsync($"/v1/tenants?platform={platform}", cancellationToken);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            listed.Where(tenant => (string?)tenant["status"] != "offboarded"),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (tenant, token) => tenants.Add(await ReadTenantAsync(layers, tenant, token)));
        return new Brand(platform, defaults, tenants);
    }

    private async Task<Tenant> ReadTenantAsync(PlatformLayers layers, JsonNode tenant, CancellationToken cancellationToken)
    {
        var id = TenantId.Parse((string)tenant["id"]!);
        var attributes = TenantAttributes.Read(ToDocument(tenant));
        var document = await ReadDocumentAsync($"/v1/tenants/{id}/config", cancellationToken);
        return new Tenant(id, attributes, [.. layers.SegmentsOf(id, attributes).Select(segment => segment.Id)], document);
    }

    private async Task<Document> ReadDocumentAsync(string path, CancellationToken cancellationToken) =>
        ToDocument((await api.GetAsync(path, cancellationToken)).Body!);

    private static Document ToDocument(JsonNode answer) => (Document)Json.Parse(Encoding.UTF8.GetBytes(answer.ToJsonString())).Value;
}
