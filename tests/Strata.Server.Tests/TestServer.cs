using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Strata.Server.Tests;

/// <summary>A server on a loopback port of its own.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app)
    {
        _app = app;
        // A busy machine is slow, not wrong.
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(10) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestServer> StartAsync(
        IReadOnlyDictionary<string, string?> settings, Action<WebApplication>? map = null, string environment = "Development", Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        var app = StrataServer.Build(builder);
        map?.Invoke(app);
        await app.StartAsync();
        return new TestServer(app);
    }

    public async Task<string> TokenAsync(string role, string? platform = null, string? tenant = null)
    {
        var body = new JsonObject { ["role"] = role };
        if (platform is not null)
            body["platform"] = platform;
        if (tenant is not null)
            body["tenant"] = tenant;
        var answer = await Client.PostAsJsonAsync("/dev/token", body);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!;
    }

    /// <summary>Sends and reads a JSON answer. Headers are given as <c>Name: value</c>.</summary>
    public async Task<Got> SendAsync(string method, string path, string? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var header in headers)
        {
            var (name, value) = (header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (name == "Content-Type")
                request.Content!.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(value);
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var all = answer.Headers.Concat(answer.Content.Headers).ToDictionary(at => at.Key, at => string.Join(", ", at.Value), StringComparer.OrdinalIgnoreCase);
        return new Got(answer.StatusCode, all, text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>An answer as a test looks at it.</summary>
public sealed record Got(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["error"]?["code"];

    public string? this[string header] => Headers.GetValueOrDefault(header);
}
