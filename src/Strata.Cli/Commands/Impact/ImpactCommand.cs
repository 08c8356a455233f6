using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata impact`.</summary>
internal static class ImpactCommand
{
    public static Command Create(Terminal terminal)
    {
        var platform = new Option<string>("--platform", "-p") { Description = "The platform that would change.", HelpName = "platform", Required = true };
        var pointer = PointerArgument.Required("What would be set, as a JSON Pointer.");
        var value = new Argument<string>("value")
        {
            Description = "JSON, or else a string; without it the value would be taken away.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new OutputOption();
        var command = new ExampleCommand(
            "impact",
            "Tell whom a change of a platform would reach, before it is done: how many tenants, and whose values it narrows. "
                + "For files there is `strata apply --dry-run`.",
            "strata impact --platform dcoder /quotas/requestsPerMinute 500",
            "strata impact --platform dcoder /llm/providers/groq/enabled false --output json") { pointer, value, platform };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var path = $"/v1/platforms/{Uri.EscapeDataString(parsed.GetRequiredValue(platform))}";
            var own = await api.GetAsync($"{path}/config?layer=own", cancellationToken);
            var set = parsed.GetValue(value) is { } text ? SetCommand.Value(text) : null;
            var patch = ConfigWrite.Patch(own.Body as JsonObject ?? [], JsonPointer.Parse(parsed.GetRequiredValue(pointer)), set);
            var impact = (await api.PostAsync($"{path}/impact", new JsonObject { ["patch"] = patch }, cancellationToken)).Body;
            if (output.Read(parsed) == OutputFormat.Table)
                await WriteAsync(terminal, impact);
            else
                await DocumentOutput.WriteAsync(terminal, impact, output.Read(parsed));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WriteAsync(Terminal terminal, JsonNode? impact)
    {
        await terminal.Out.WriteLineAsync($"tenants affected: {impact?["tenantsAffected"]}");
        var changes = impact?["changes"] as JsonArray ?? [];
        await TextTable.WriteAsync(terminal, [], changes.Select(change => (string[])["", $"{change?["pointer"]}", $"{change?["tenants"]} tenants"]));
        foreach (var what in new[] { "narrowed", "withheld", "invalid", "joining", "leaving" })
        {
            if (impact?[what] is not { } counted || (int?)counted["count"] is not (> 0 and var count))
                continue;
            await terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {count}"));
            await TextTable.WriteAsync(terminal, [], (counted["first"] as JsonArray ?? []).Select(Row));
        }
    }

    private static string[] Row(JsonNode? entry) =>
        ["", DocumentOutput.Cell(entry?["tenant"]), DocumentOutput.Cell(entry?["pointer"] ?? entry?["segment"]), Detail(entry)];

    private static string Detail(JsonNode? entry) => entry?["from"] is { } from
        ? $"{DocumentOutput.Clipped(from)} -> {DocumentOutput.Clipped(entry["to"])}"
        : DocumentOutput.Cell(entry?["message"] ?? entry?["policy"]);
}
