using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;

namespace Strata.Cli.Options;

/// <summary>`--target NAME` and `--tenant T`: which target, and what of it.</summary>
internal sealed class TargetOptions
{
    private const string List = "/v1/targets";

    private readonly Option<string> _target = new("--target") { Description = "Only this target, e.g. kong or kong.eu.", HelpName = "name" };
    private readonly Option<string> _tenant = new("--tenant", "-t") { Description = "Only what concerns this tenant.", HelpName = "tenant" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_target);
        command.Add(_tenant);
    }

    /// <summary>The target that was given; null for all.</summary>
    public string? Target(ParseResult parsed) => parsed.GetValue(_target) is { Length: > 0 } target ? target : null;

    /// <summary>The tenant that was given; null for all.</summary>
    public string? Tenant(ParseResult parsed) => parsed.GetValue(_tenant) is { Length: > 0 } tenant ? tenant : null;

    /// <summary>The ids of the targets that are meant: the one that was given, else those whose mode is one of some.</summary>
    public async Task<IReadOnlyList<string>> TargetsAsync(StrataApi api, ParseResult parsed, string[] modes, CancellationToken cancellationToken) => Target(parsed) is { } only
        ? [only]
        : [.. (await ItemsAsync(api, List, cancellationToken)).Where(target => modes.Contains((string?)target["mode"])).Select(target => (string)target["id"]!)];

    /// <summary>Where things stand: the tenant at each target, or each target.</summary>
    public async Task<IReadOnlyList<JsonNode>> StatesAsync(StrataApi api, ParseResult parsed, CancellationToken cancellationToken)
    {
        var states = Tenant(parsed) is { } tenant
            ? await ItemsAsync(api, $"/v1/tenants/{Uri.EscapeDataString(tenant)}/sync", cancellationToken)
            : await ItemsAsync(api, List, cancellationToken);
        if (Target(parsed) is not { } only)
            return states;
        return states.Where(state => Name(state) == only).ToList() is { Count: > 0 } found
            ? found
            : throw new CommandFailedException(ExitCode.NotFound, $"There is no target '{only}'; the targets are {string.Join(", ", states.Select(Name))}.");
    }

    /// <summary>The path on which a target is looked at.</summary>
    public string Reconcile(ParseResult parsed, string target, string mode) =>
        $"/v1/targets/{Uri.EscapeDataString(target)}/reconcile?mode={mode}{(Tenant(parsed) is { } tenant ? $"&scope=tenant:{Uri.EscapeDataString(tenant)}" : "")}";

    private static string Name(JsonNode state) => (string)(state["target"] ?? state["id"])!;

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(StrataApi api, string path, CancellationToken cancellationToken) =>
        [.. ((await api.GetAsync(path, cancellationToken)).Body?["items"] as JsonArray ?? []).OfType<JsonNode>().Select(item => item.DeepClone())];
}
