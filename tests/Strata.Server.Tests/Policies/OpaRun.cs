using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Strata.Embedded;
using Strata.Testing;

namespace Strata.Server.Tests.Policies;

/// <summary>A real <c>opa run --server</c>, configured as <c>GET /opa/keys</c> says.</summary>
internal sealed class OpaRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private readonly HttpClient _client;
    private readonly HeldPort _port;

    private OpaRun(Process process, TemporaryFolder folder, HeldPort port)
    {
        (_process, _folder, _port) = (process, folder, port);
        _client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port.Number}")) };
    }

    /// <summary>Whether there is one to run.</summary>
    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "opa")));

    /// <summary>Everything that it wrote.</summary>
    public string Output { get; private set; } = "";

    public static async Task<OpaRun> StartAsync(TestServer server, string platform, Func<string, string>? configure = null)
    {
        var folder = new TemporaryFolder();
        var (token, configuration) = (Path.Combine(folder.Path, "token"), Path.Combine(folder.Path, "opa.yaml"));
        await File.WriteAllTextAsync(token, await server.TokenAsync("service", platform), TestContext.Current.CancellationToken);
        var text = ((string)(await server.SendAsync("GET", "/opa/keys")).Json["configuration"]!)
            .Replace("PLATFORM", platform, StringComparison.Ordinal)
            .Replace("/run/secrets/strata-token", token, StringComparison.Ordinal)
            .Replace("long_polling_timeout_seconds: 30", "long_polling_timeout_seconds: 2", StringComparison.Ordinal)
            .Replace("decision_logs: { service: strata }", "decision_logs: { service: strata, reporting: { min_delay_seconds: 1, max_delay_seconds: 1 } }", StringComparison.Ordinal);
        await File.WriteAllTextAsync(configuration, configure?.Invoke(text) ?? text, TestContext.Current.CancellationToken);
        var port = new HeldPort();
        var start = new ProcessStartInfo(
            "opa", ["run", "--server", "--disable-telemetry", "--log-level", "debug", "--addr", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port.Number}"), "--config-file", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        var opa = new OpaRun(Process.Start(start)!, folder, port);
        opa._process.ErrorDataReceived += (_, line) => opa.Output += line.Data + "\n";
        opa._process.BeginErrorReadLine();
        opa._process.BeginOutputReadLine();
        return opa;
    }

    /// <summary>Whether the rules let a tenant's traffic go to a provider's host; <c>null</c> while it does not answer.</summary>
    public async Task<bool?> AllowsAsync(string tenant, string provider, string host)
    {
        var input = new JsonObject { ["tenant"] = tenant, ["kind"] = "provider", ["name"] = provider, ["host"] = host, ["port"] = 443 };
        try
        {
            using var answer = await _client.PostAsJsonAsync("/v1/data/strata/egress/allow", new JsonObject { ["input"] = input }, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                ? (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["result"]?.GetValue<bool>() ?? false
                : null;
        }
        catch (HttpRequestException)
        {
            return null; // not up yet
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _port.Dispose();
        _folder.Dispose();
    }
}
