using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;
using Strata.Model.Diff;
using Strata.Model.Sections;
using Document = Strata.Model.Documents.JsonObject;
using Json = Strata.Model.Documents.Json;

namespace Strata.Cli.Commands;

/// <summary>`strata config diff`.</summary>
internal static class ConfigDiffCommand
{
    public static Command Create(Terminal terminal)
    {
        var scope = new ScopeOptions();
        var output = new OutputOption();
        var against = new Option<string>("--against")
        {
            Description = "With --tenant another tenant, with --platform another platform. Without it a tenant is compared with its platform's defaults.",
            HelpName = "tenant|platform",
        };
        var command = new ExampleCommand(
            "diff",
            "Tell what is in force here and differs from elsewhere. Exit code 0 when nothing does, 1 when something does. "
                + "Two revisions of a layer are compared by `strata diff`.",
            "strata config diff --tenant acme",
            "strata config diff --tenant acme --against globex",
            "strata config diff --platform dcoder --against lumen --output json") { against };
        scope.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var here = scope.Read(parsed);
            var there = await OtherAsync(api, here, parsed.GetValue(against), cancellationToken);
            var (before, after) = (await ReadAsync(api, there, cancellationToken), await ReadAsync(api, here, cancellationToken));
            var changes = DocumentDiff.Between(SectionCatalog.Load().Root, before, after);
            var diff = new JsonObject { ["from"] = there.ToString(), ["to"] = here.ToString(), ["changes"] = new JsonArray([.. changes.Select(ToNode)]) };
            if (output.Read(parsed) == OutputFormat.Table)
                await WrittenOutput.WriteDiffAsync(terminal, WrittenOutput.Changes(diff), "");
            else
                await DocumentOutput.WriteAsync(terminal, diff, output.Read(parsed));
            return changes.IsEmpty ? ExitCode.Ok : ExitCode.Failure;
        });
        return command;
    }

    private static async Task<Scope> OtherAsync(StrataApi api, Scope here, string? against, CancellationToken cancellationToken)
    {
        if (against is not null)
            return here with { Id = against };
        if (!here.IsTenant)
            throw new CommandFailedException(ExitCode.Usage, "A platform has nothing to be compared with unless --against names another.");
        return new Scope("platforms", (string)(await api.GetAsync(here.Path, cancellationToken)).Body!["platform"]!);
    }

    private static async Task<Document> ReadAsync(StrataApi api, Scope scope, CancellationToken cancellationToken) =>
        (Document)Json.Parse(Encoding.UTF8.GetBytes((await api.GetAsync($"{scope.Path}/config", cancellationToken)).Body!.ToJsonString())).Value;

    private static JsonObject ToNode(DiffEntry entry)
    {
        var node = new JsonObject { ["pointer"] = entry.Pointer.Text, ["op"] = entry.Op.ToString().ToLowerInvariant() };
        if (entry.Before is { } before)
            node["before"] = JsonNode.Parse(before.ToString());
        if (entry.After is { } after)
            node["after"] = JsonNode.Parse(after.ToString());
        return node;
    }
}
