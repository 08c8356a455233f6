using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Opa;

/// <summary>A reply of the bundle service.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ETag">The header byte for byte, quotes and all. Null: there is none.</param>
/// <param name="CanHold">The service says that it holds requests.</param>
/// <param name="Body">The archive; empty unless the status is 200.</param>
internal sealed record BundleReply(HttpStatusCode Status, string? ETag, bool CanHold, byte[] Body);

/// <summary>OPA's side of the bundle, status and decision log services. <see href="https://www.openpolicyagent.org/docs/management-bundles"/></summary>
internal sealed class OpaServiceClient : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A client with the credentials of an instance.</summary>
    public OpaServiceClient(SimulatedOpaOptions options)
    {
        _client.BaseAddress = new Uri(options.Service.AbsoluteUri.TrimEnd('/') + "/");
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"Open Policy Agent/{options.Version} (linux, amd64)");
        if (options.Token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    /// <summary>Asks for a bundle.</summary>
    /// <param name="resource">Its path under the service.</param>
    /// <param name="etag">That of the active bundle. Null: there is none.</param>
    /// <param name="wait">How long the service may hold the request. Null: not at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public async Task<BundleReply> BundleAsync(string resource, string? etag, TimeSpan? wait, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, resource);
        var held = wait is { } time ? string.Create(CultureInfo.InvariantCulture, $";wait={(long)time.TotalSeconds}") : "";
        request.Headers.TryAddWithoutValidation("Prefer", $"modes=snapshot,delta{held}");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        using var response = await _client.SendAsync(request, cancellationToken);
        var body = response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync(cancellationToken) : [];
        return new BundleReply(
            response.StatusCode,
            response.Headers.NonValidated.TryGetValues("ETag", out var tag) ? tag.ToString() : null,
            response.Content.Headers.ContentType?.MediaType == "application/vnd.openpolicyagent.bundles",
            body);
    }

    /// <summary>Sends a status report; gives the HTTP status.</summary>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public async Task<HttpStatusCode> ReportAsync(string resource, JsonObject report, CancellationToken cancellationToken)
    {
        using var content = new StringContent(report.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(resource, content, cancellationToken);
        return response.StatusCode;
    }

    /// <summary>Uploads decisions as gzip; gives the HTTP status.</summary>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public async Task<HttpStatusCode> LogAsync(string resource, JsonArray events, CancellationToken cancellationToken)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(events.ToJsonString()), cancellationToken);
        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _client.PostAsync(resource, content, cancellationToken);
        return response.StatusCode;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
