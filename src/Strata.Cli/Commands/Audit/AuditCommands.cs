using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata audit list|verify`.</summary>
internal static class AuditCommands
{
    private static readonly string[] Columns = ["at", "actor", "action", "scope", "pointer", "reason", "requestId"];

    public static Command Create(Terminal terminal) => new("audit", "Who did what, and the proof that nobody touched the record.")
    {
        List(terminal), Verify(terminal),
    };

    private static ExampleCommand List(Terminal terminal)
    {
        Option<string>[] filters =
        [
            new("--tenant", "-t") { Description = "Of this tenant.", HelpName = "tenant" },
            new("--platform", "-p") { Description = "Of this platform.", HelpName = "platform" },
            new("--from") { Description = "At or after this moment (RFC 3339).", HelpName = "time" },
            new("--to") { Description = "Before this moment.", HelpName = "time" },
            new("--actor") { Description = "Of this actor.", HelpName = "id" },
            new("--action") { Description = "Of this action, such as platform.changed.", HelpName = "action" },
        ];
        var limit = new Option<int>("--limit") { Description = "At most so many, 1 to 500.", HelpName = "number", DefaultValueFactory = _ => 50 };
        var command = new ExampleCommand(
            "list",
            "List events, the newest first: of a tenant, of a platform, or of everything above tenants.",
            "strata audit list",
            "strata audit list --tenant acme --from 2026-11-01T00:00:00Z") { limit };
        foreach (var filter in filters)
            command.Add(filter);
        return command.Answering(terminal, new OutputOption(), async (api, parsed, cancellationToken) =>
        {
            var query = filters.Where(filter => parsed.GetValue(filter) is not null)
                .Select(filter => $"&{filter.Name.TrimStart('-')}={Uri.EscapeDataString(parsed.GetValue(filter)!)}");
            return (await api.GetAsync($"/v1/audit?limit={parsed.GetValue(limit)}{string.Concat(query)}", cancellationToken)).Body?["items"];
        }, Columns);
    }

    private static ExampleCommand Verify(Terminal terminal)
    {
        var tenant = new Option<string>("--tenant", "-t") { Description = "Only this tenant's chain.", HelpName = "tenant" };
        var shared = new Option<bool>("--shared") { Description = "Only the chain above tenants." };
        var output = new OutputOption();
        var command = new ExampleCommand(
            "verify",
            "Recompute the hash chains. Exit code 1 when one is broken.",
            "strata audit verify",
            "strata audit verify --tenant acme") { tenant, shared };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var scope = parsed.GetValue(tenant) is { } one ? $"tenant:{one}" : parsed.GetValue(shared) ? "shared" : "all";
            var verdict = (await api.GetAsync($"/v1/audit/verify?scope={Uri.EscapeDataString(scope)}", cancellationToken)).Body;
            if (output.Read(parsed) == OutputFormat.Table)
                await WriteAsync(terminal, verdict?["chains"] as JsonArray ?? []);
            else
                await DocumentOutput.WriteAsync(terminal, verdict, output.Read(parsed));
            return (bool?)verdict?["valid"] == true ? ExitCode.Ok : ExitCode.Failure;
        });
        return command;
    }

    /// <summary>A line for each chain, below it one for each thing that is wrong, and at the end what that comes to.</summary>
    private static async Task WriteAsync(Terminal terminal, JsonArray chains)
    {
        await TextTable.WriteAsync(terminal, ["CHAIN", "EVENTS", "VERDICT"], chains.SelectMany(Rows), row => row[2] == Valid ? Colour.None : Colour.Red);
        var broken = chains.Count(chain => chain?["reason"] is not null);
        await terminal.Error.WriteLineAsync(broken == 0 ? $"{chains.Count} chains are as they were written." : $"{broken} of {chains.Count} chains are broken. Nothing was changed by looking.");
    }

    private static IEnumerable<string[]> Rows(JsonNode? chain)
    {
        string[] findings = [.. (chain?["findings"] as JsonArray ?? []).Select(finding => $"{finding?["table"]} {finding?["row"]}: {finding?["reason"]}".TrimStart(' ', ':'))];
        yield return [$"{chain?["scope"]}", $"{chain?["events"]}", findings.Length == 0 ? Valid : chain?["brokenAt"] is { } at ? $"broken at {at}" : "broken"];
        foreach (var finding in findings)
            yield return ["", "", finding];
    }

    private const string Valid = "valid";
}
