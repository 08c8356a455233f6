using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata platform list|get|create`.</summary>
internal static class PlatformCommands
{
    private static readonly string[] Columns = ["id", "displayName", "revision", "createdAt"];

    public static Command Create(Terminal terminal) => new("platform", "Brands.") { List(terminal), Get(terminal), Make(terminal) };

    private static ExampleCommand List(Terminal terminal)
    {
        var command = new ExampleCommand("list", "List the platforms that the token may see.", "strata platform list", "strata platform list --output name");
        return command.Answering(terminal, OutputOption.WithName(), async (api, _, cancellationToken) =>
            new JsonArray([.. await api.ListAsync("/v1/platforms", cancellationToken)]), Columns);
    }

    private static ExampleCommand Get(Terminal terminal)
    {
        var id = new Argument<string>("platform") { Description = "Its id." };
        var command = new ExampleCommand("get", "Show a platform; its configuration is `strata config get --platform`.", "strata platform get dcoder") { id };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
            (await api.GetAsync($"/v1/platforms/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancellationToken)).Body);
    }

    private static ExampleCommand Make(Terminal terminal)
    {
        var id = new Argument<string>("platform") { Description = "Its id for ever: 3 to 40 of a-z, 0-9 and hyphens." };
        var name = new Option<string>("--display-name") { Description = "Its name for people.", HelpName = "text", Required = true };
        var command = new ExampleCommand("create", "Make a platform.", "strata platform create acme-code --display-name 'Acme Code'") { id, name };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
        {
            var body = new JsonObject { ["id"] = parsed.GetRequiredValue(id), ["displayName"] = parsed.GetRequiredValue(name) };
            return (await api.PostAsync("/v1/platforms", body, cancellationToken)).Body;
        });
    }
}
