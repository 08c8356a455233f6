using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strata.Server;
using Strata.Storage;

namespace Strata.Benchmarks.Server;

/// <summary>
/// A Strata server in a process of its own, so that its processor time and memory can be read apart from those of the load. The same process serves
/// the bare endpoint that it is compared with: same runtime, same collector, same Kestrel.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>A setting: how many migrations of tenants' databases the process has beyond the product's own.</summary>
    public const string MoreMigrations = "Benchmark__Migrations";

    private const string Memory = "/memory";

    private readonly Process _process;

    private ServerProcess(Process process, Uri strata, Uri bare)
    {
        (_process, Strata, Bare) = (process, strata, bare);
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = strata, Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>Where Strata listens.</summary>
    public Uri Strata { get; }

    /// <summary>Where the bare endpoint listens: whatever is sent with PUT, it answers to every GET.</summary>
    public Uri Bare { get; }

    /// <summary>A client of Strata; <see cref="LoginAsync"/> gives it a token.</summary>
    public HttpClient Client { get; }

    /// <summary>The processor time that the process has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a server; ready for requests when the task ends.</summary>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath!;
        var isDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isDotnet ? [typeof(ServerProcess).Assembly.Location, "serve"] : ["serve"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var addresses = (await process.StandardOutput.ReadLineAsync(cancellationToken))?.Split(' ');
        return addresses is [var strata, var bare]
            ? new ServerProcess(process, new Uri(strata), new Uri(bare))
            : throw new InvalidOperationException("The server did not start; its words stand above.");
    }

    /// <summary>A token of an admin of everything, which the client uses from now on.</summary>
    public async Task<string> LoginAsync(CancellationToken cancellationToken)
    {
        var answer = await Client.PostAsJsonAsync("/dev/token", new JsonObject { ["role"] = "platform-admin", ["ttl"] = "24h" }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var token = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["token"]!;
        Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return token;
    }

    /// <summary>Sends JSON and insists on success.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        if (method == HttpMethod.Patch)
            request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await Client.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>What lives on the managed heap, and the process's memory, in bytes.</summary>
    public async Task<(long Heap, long WorkingSet)> MemoryAsync(CancellationToken cancellationToken)
    {
        var heap = long.Parse(await Client.GetStringAsync(new Uri(Bare, Memory), cancellationToken), CultureInfo.InvariantCulture);
        _process.Refresh();
        return (heap, _process.WorkingSet64);
    }

    /// <summary>Kills the process, as a power cut would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            await KillAsync(CancellationToken.None);
        _process.Dispose();
    }

    /// <summary>What the child process does: serves until its parent is gone.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var strata = StrataServer.Build(WithMigrations(Builder()));
        await using var bare = Builder().Build();
        ReadOnlyMemory<byte> bytes = default;
        bare.Run(async context =>
        {
            if (context.Request.Path == Memory)
            {
                await context.Response.WriteAsync(GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture), context.RequestAborted);
                return;
            }
            if (HttpMethods.IsPut(context.Request.Method))
            {
                using var buffer = new MemoryStream();
                await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
                bytes = buffer.ToArray();
            }
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = bytes.Length;
            await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
        });
        await strata.StartAsync();
        await bare.StartAsync();
        Console.WriteLine($"{strata.Urls.Single()} {bare.Urls.Single()}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static WebApplicationBuilder WithMigrations(WebApplicationBuilder builder)
    {
        var own = MigrationSet.Tenant().All;
        var added = Enumerable.Range(own.Length + 1, builder.Configuration.GetValue<int>(MoreMigrations.Replace("__", ":", StringComparison.Ordinal)))
            .Select(static number => new Migration(number, "add_note", $"create table note_{number} (id integer)"));
        builder.Services.AddSingleton(new MigrationSet([.. own, .. added]));
        return builder;
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders().AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        return builder;
    }
}
