using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Strata.Cli.Contexts;
using Strata.Cli.Http;
using Strata.Embedded.Kong;
using Strata.Embedded.Opa;

namespace Strata.Cli.Commands;

/// <summary>Stands in for the systems that Strata keeps in line and that the settings do not name: a Kong node, and an OPA for every platform.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Terminal _terminal;
    private readonly SimulatedKong? _kong;
    private readonly Dictionary<string, SimulatedOpa> _opas = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    private Neighbours(Terminal terminal, SimulatedKong? kong) => (_terminal, _kong) = (terminal, kong);

    /// <summary>The Kong node's Admin API; null when the settings name nodes.</summary>
    public Uri? Kong => _kong?.Address;

    /// <summary>Starts what the server's settings need; the OPAs come with <see cref="Watch"/>.</summary>
    public static async Task<Neighbours> StartAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        string[] named = ["Targets__Kong__Nodes__", "Targets__Kong__Instances__"];
        var isNamed = terminal.Variables.Keys.Any(variable => named.Any(name => variable.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
        return new Neighbours(terminal, isNamed ? null : await SimulatedKong.StartAsync(new SimulatedKongOptions(), cancellationToken));
    }

    /// <summary>The settings that lead the server to them.</summary>
    /// <param name="issuer">Who issues the tokens that Kong is to accept.</param>
    public ImmutableDictionary<string, string> Settings(string issuer) => Kong is null
        ? ImmutableDictionary<string, string>.Empty
        : ImmutableDictionary<string, string>.Empty.Add("Targets__Kong__Nodes__0", Kong.ToString()).Add("Targets__Kong__Jwt__Issuer", issuer);

    /// <summary>Runs an OPA for every platform that there is and that comes, and tells what goes wrong.</summary>
    /// <param name="connection">The server, with a token for everything.</param>
    public void Watch(Connection connection) => _watching = WatchAsync(connection, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        foreach (var opa in _opas.Values)
            await opa.DisposeAsync();
        if (_kong is not null)
            await _kong.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task WatchAsync(Connection connection, CancellationToken cancellationToken)
    {
        using var api = new StrataApi(connection, _terminal);
        for (var told = ""; !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                foreach (var platform in await api.ListAsync("/v1/platforms", cancellationToken))
                {
                    if ((string?)platform["id"] is { } id && !_opas.ContainsKey(id))
                        _opas[id] = await OpaAsync(connection.Url, api, id, cancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (CommandFailedException trouble)
            {
                // The server is busy or ending; it is asked again.
                if (told != trouble.Message)
                    await _terminal.Error.WriteLineAsync($"No OPA could be started for a platform: {told = trouble.Message}");
            }
            await Task.WhenAny(Task.Delay(Pause, TimeProvider.System, cancellationToken));
        }
    }

    private static async Task<SimulatedOpa> OpaAsync(Uri server, StrataApi api, string platform, CancellationToken cancellationToken)
    {
        var keys = (await api.GetAsync("/opa/keys", cancellationToken)).Body?["keys"] as JsonArray;
        var key = keys is [{ } first, ..] ? first : throw new CommandFailedException(ExitCode.Failure, "the server names no key for bundles.");
        return SimulatedOpa.Start(new SimulatedOpaOptions
        {
            Service = new Uri(server, "/opa/"),
            Resource = $"bundles/{platform}",
            Bundle = platform,
            Token = await new DevelopmentToken("service", platform, null, "30d").IssueAsync(api, cancellationToken),
            Key = new OpaKey((string)key["kid"]!, (string)key["alg"]!, (string)key["pem"]!),
        });
    }
}
