using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata segment list|get|create|delete`.</summary>
internal static class SegmentCommands
{
    private static readonly string[] Columns = ["id", "displayName", "priority", "match", "revision"];

    public static Command Create(Terminal terminal) => new(
        "segment", "Segments: plans, regions and rings of a platform's tenants. `strata apply` changes them.")
    {
        List(terminal),
        Get(terminal),
        SegmentCreateCommand.Create(terminal),
        SegmentDeleteCommand.Create(terminal),
    };

    private static ExampleCommand List(Terminal terminal)
    {
        var platform = Platform();
        var command = new ExampleCommand("list", "List a platform's segments.", "strata segment list --platform dcoder") { platform };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
            new JsonArray([.. await api.ListAsync(PathOf(parsed.GetRequiredValue(platform)), cancellationToken)]), Columns);
    }

    private static ExampleCommand Get(Terminal terminal)
    {
        var platform = Platform();
        var id = new Argument<string>("segment") { Description = "Its id." };
        var command = new ExampleCommand(
            "get",
            "Show a segment with its configuration.",
            "strata segment get --platform dcoder enterprise --output yaml") { id, platform };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
            (await api.GetAsync($"{PathOf(parsed.GetRequiredValue(platform))}/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancellationToken)).Body);
    }

    /// <summary>`--platform`.</summary>
    public static Option<string> Platform() => new("--platform", "-p") { Description = "Whose.", HelpName = "platform", Required = true };

    /// <summary>Where a platform's segments are.</summary>
    public static string PathOf(string platform) => $"/v1/platforms/{Uri.EscapeDataString(platform)}/segments";
}
