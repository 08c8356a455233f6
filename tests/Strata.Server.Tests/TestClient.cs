using System.Net;
using System.Text.Json.Nodes;

namespace Strata.Server.Tests;

/// <summary>A caller with a token.</summary>
public sealed class TestClient(TestServer server, string token)
{
    public Task<Got> SendAsync(string method, string path, string? body = null, params string[] headers) =>
        server.SendAsync(method, path, body, [$"Authorization: Bearer {token}", .. headers]);

    public Task<Got> GetAsync(string path, params string[] headers) => SendAsync("GET", path, null, headers);

    /// <summary>A write based on the present revision of what <paramref name="layer"/> shows.</summary>
    public async Task<Got> WriteAsync(string method, string layer, string path, string? body = null, params string[] headers) =>
        await SendAsync(method, path, body, [$"If-Match: {(await GetAsync(layer)).Ok()["ETag"]}", .. headers]);

    /// <summary>A merge patch based on the present revision.</summary>
    public Task<Got> PatchAsync(string path, string body, params string[] headers) =>
        WriteAsync("PATCH", path.Split('?')[0] + (path.Contains("/platforms/", StringComparison.Ordinal) ? "?layer=own" : ""), path, body, headers);
}

/// <summary>Expectations that say what came instead.</summary>
public static class GotExpectations
{
    public static Got Is(this Got got, HttpStatusCode status, string? code = null)
    {
        Assert.True(got.Status == status && (code is null || got.Code == code), $"Expected {(int)status} {code}, got {(int)got.Status}: {got.Text}");
        return got;
    }

    public static Got Ok(this Got got) => got.Is(HttpStatusCode.OK);

    /// <summary>The violations of a refusal or dry run.</summary>
    public static JsonArray Violations(this Got got) => (got.Json["violations"] ?? got.Json["error"]!["details"]!["violations"])!.AsArray();

    /// <summary>A value of the body by JSON Pointer, as compact JSON; <c>null</c> when there is none.</summary>
    public static string? At(this Got got, string pointer) => got.Json.At(pointer)?.ToJsonString();

    public static JsonNode? At(this JsonNode node, string pointer)
    {
        JsonNode? at = node;
        foreach (var segment in pointer.Split('/').Skip(1))
            at = at is JsonArray array ? array[int.Parse(segment, System.Globalization.CultureInfo.InvariantCulture)] : at?[segment];
        return at;
    }
}
