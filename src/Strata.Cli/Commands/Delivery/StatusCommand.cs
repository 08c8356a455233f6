using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata status`.</summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal)
    {
        var targets = new TargetOptions();
        var command = new ExampleCommand(
            "status",
            "Tell where the targets stand, or whether a tenant's newest revision has reached them: in sync only when that was proven, and since when.",
            "strata status",
            "strata status --tenant acme",
            "strata status --target kong --output json");
        targets.AddTo(command);
        return command.Answering(
            terminal, new OutputOption(),
            async (api, parsed, cancellationToken) => new JsonArray([.. (await targets.StatesAsync(api, parsed, cancellationToken)).Select(Named)]),
            "target", "status", "health", "appliedRevision", "provenAt", "message");
    }

    /// <summary>Targets say `id` where a tenant's states say `target`; a table has one column for both.</summary>
    private static JsonNode Named(JsonNode state)
    {
        if (state is JsonObject target && target["target"] is null)
            target.Insert(0, "target", target["id"]?.DeepClone());
        return state;
    }
}
