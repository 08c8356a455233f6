using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata tenant list|get|create|suspend|resume`.</summary>
internal static class TenantCommands
{
    private static readonly string[] Columns = ["id", "platform", "displayName", "tier", "region", "status", "createdAt"];

    public static Command Create(Terminal terminal) => new("tenant", "Tenants.")
    {
        List(terminal),
        Get(terminal),
        Make(terminal),
        Status(terminal, "suspend", "Cut a tenant off; everything is kept.", "strata tenant suspend acme --reason 'Invoice overdue'"),
        Status(terminal, "resume", "Serve a suspended tenant again.", "strata tenant resume acme"),
    };

    private static ExampleCommand List(Terminal terminal)
    {
        var platform = new Option<string>("--platform", "-p") { Description = "Only of this platform.", HelpName = "platform" };
        var status = new Option<string>("--status") { Description = "Only in this status, such as suspended.", HelpName = "status" };
        var query = new Option<string>("--query", "-q") { Description = "Only with this in id or name.", HelpName = "text" };
        var command = new ExampleCommand(
            "list",
            "List the tenants that the token may see.",
            "strata tenant list --platform dcoder",
            "strata tenant list --status suspended --output name")
        {
            platform, status, query,
        };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
        {
            var filters = new[] { ("platform", parsed.GetValue(platform)), ("status", parsed.GetValue(status)), ("q", parsed.GetValue(query)) }
                .Where(filter => filter.Item2 is not null).Select(filter => $"{filter.Item1}={Uri.EscapeDataString(filter.Item2!)}");
            return new JsonArray([.. await api.ListAsync($"/v1/tenants?{string.Join('&', filters)}", cancellationToken)]);
        }, Columns);
    }

    private static ExampleCommand Get(Terminal terminal)
    {
        var id = new Argument<string>("tenant") { Description = "Its id." };
        var command = new ExampleCommand("get", "Show a tenant; its configuration is `strata config get --tenant`.", "strata tenant get acme") { id };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
            (await api.GetAsync(PathOf(parsed.GetRequiredValue(id)), cancellationToken)).Body);
    }

    private static ExampleCommand Make(Terminal terminal)
    {
        var id = new Argument<string>("tenant") { Description = "Its id for ever: 3 to 40 of a-z, 0-9 and hyphens." };
        var platform = new Option<string>("--platform", "-p") { Description = "Its platform for ever.", HelpName = "platform", Required = true };
        var name = new Option<string>("--display-name") { Description = "Its name for people.", HelpName = "text", Required = true };
        var tier = new Option<string>("--tier") { Description = "Its plan.", HelpName = "tier" };
        var region = new Option<string>("--region")
        {
            Description = "Where its data lives; the first of the platform's data regions when left out.",
            HelpName = "region",
        };
        var label = new Option<string[]>("--label", "-l") { Description = "A label that segments can match; may come several times.", HelpName = "name=value" };
        label.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError("A label looks like pilot=yes.");
        });
        var command = new ExampleCommand(
            "create",
            "Make a tenant; when the command ends its database is ready.",
            "strata tenant create acme --platform dcoder --display-name 'Acme Robotics' --tier pro --label pilot=yes")
        {
            id, platform, name, tier, region, label,
        };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
        {
            var body = new JsonObject
            {
                ["id"] = parsed.GetRequiredValue(id),
                ["platform"] = parsed.GetRequiredValue(platform),
                ["displayName"] = parsed.GetRequiredValue(name),
            };
            if (parsed.GetValue(tier) is { } plan)
                body["tier"] = plan;
            if (parsed.GetValue(region) is { } place)
                body["region"] = place;
            if (parsed.GetValue(label) is { Length: > 0 } labels)
                body["labels"] = new JsonObject(labels.Select(Label));
            return (await api.PostAsync("/v1/tenants", body, cancellationToken)).Body;
        });
    }

    private static ExampleCommand Status(Terminal terminal, string verb, string description, string example)
    {
        var id = new Argument<string>("tenant") { Description = "Its id." };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the audit.", HelpName = "text" };
        var command = new ExampleCommand(verb, description, example) { id, reason };
        return command.Answering(terminal, OutputOption.WithName(), async (api, parsed, cancellationToken) =>
        {
            var body = parsed.GetValue(reason) is { } why ? new JsonObject { ["reason"] = why } : [];
            return (await api.PostAsync($"{PathOf(parsed.GetRequiredValue(id))}/{verb}", body, cancellationToken)).Body;
        });
    }

    private static KeyValuePair<string, JsonNode?> Label(string text)
    {
        var pair = text.Split('=', 2);
        return new(pair[0], pair[1]);
    }

    private static string PathOf(string tenant) => $"/v1/tenants/{Uri.EscapeDataString(tenant)}";
}
