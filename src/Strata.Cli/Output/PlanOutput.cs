using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Output;

/// <summary>What separates targets from their desired state.</summary>
internal static class PlanOutput
{
    /// <summary>Writes plans, one after another.</summary>
    public static async Task WriteAsync(Terminal terminal, JsonArray plans, OutputFormat format)
    {
        if (format != OutputFormat.Table)
        {
            await DocumentOutput.WriteAsync(terminal, plans, format);
            return;
        }
        foreach (var plan in plans)
        {
            var operations = Operations(plan);
            await terminal.Out.WriteLineAsync($"{plan?["target"]} {plan?["scope"]}: {Summary(plan)}");
            foreach (var operation in operations)
                await WriteAsync(terminal, operation);
            foreach (var (part, words) in plan?["unreachable"] as JsonObject ?? [])
                await terminal.Error.WriteLineAsync($"{plan?["target"]} {part} could not be looked at: {words}");
            if (plan?["blocked"] is { } blocked)
                await terminal.Error.WriteLineAsync($"{plan["target"]} waits for `strata reconcile --target {plan["target"]}{Tenant(plan)} --approve {plan["hash"]}`: {blocked}");
        }
    }

    /// <summary>The operations of a plan.</summary>
    public static JsonArray Operations(JsonNode? plan) => plan?["operations"] as JsonArray ?? [];

    /// <summary>Whether a part of the target could not be looked at, so that nobody knows.</summary>
    public static bool IsPartial(JsonNode? plan) => plan?["unreachable"] is not null;

    private static string Summary(JsonNode? plan) => Operations(plan).Count switch
    {
        0 when IsPartial(plan) => "not known",
        0 => "no difference",
        var count => $"{count} operations, plan {plan?["hash"]}",
    };

    private static string Tenant(JsonNode plan) => ((string?)plan["scope"])?.Split(':') is ["tenant", var tenant] ? $" --tenant {tenant}" : "";

    private static async Task WriteAsync(Terminal terminal, JsonNode? operation)
    {
        var (mark, colour) = (string?)operation?["op"] switch
        {
            "create" => ("+", Colour.Green),
            "delete" => ("-", Colour.Red),
            _ => ("~", Colour.Yellow),
        };
        var part = operation?["part"] is { } node ? $"  ({node})" : "";
        await terminal.Out.WriteLineAsync(terminal.Paint($"  {mark} {operation?["kind"]} {operation?["key"]}{part}", colour));
        foreach (var field in operation?["fields"] as JsonArray ?? [])
            await terminal.Out.WriteLineAsync($"      {field?["name"]}: {DocumentOutput.Clipped(field?["old"])} -> {DocumentOutput.Clipped(field?["new"])}");
    }
}
