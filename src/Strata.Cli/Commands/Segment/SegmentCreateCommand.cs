using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata segment create`.</summary>
internal sealed class SegmentCreateCommand
{
    private readonly Option<bool> _all = new("--all") { Description = "Every tenant is in it." };
    private readonly Option<string[]> _tenants = Many("--tenant", "-t", "This tenant is in it; may come several times.", "tenant");
    private readonly Option<string[]> _tiers = Many(
        "--tier", null, "Tenants of this plan are in it; '' is those without. Several values widen, several attributes narrow.", "tier");
    private readonly Option<string[]> _regions = Many("--region", null, "Tenants of this region are in it.", "region");
    private readonly Option<string[]> _labels = Many("--label", "-l", "Tenants with this label are in it.", "name=value");

    public static Command Create(Terminal terminal) => new SegmentCreateCommand().Build(terminal);

    private ExampleCommand Build(Terminal terminal)
    {
        var id = new Argument<string>("segment") { Description = "Its id within the platform: 3 to 40 of a-z, 0-9 and hyphens." };
        var platform = SegmentCommands.Platform();
        var name = new Option<string>("--display-name") { Description = "Its name for people.", HelpName = "text", Required = true };
        var priority = new Option<int>("--priority") { Description = "Where a tenant's segments disagree, the higher number wins.", HelpName = "number" };
        var config = new Option<string>("--config")
        {
            Description = "YAML or JSON of what it sets; - is standard input. Without it nothing.",
            HelpName = "file|-",
        };
        var comment = new CommentOption();
        var output = new OutputOption();
        var command = new ExampleCommand(
            "create",
            "Make a segment.",
            "strata segment create pro --platform dcoder --display-name Pro --tier pro --priority 20 --config pro.yaml",
            "strata segment create pilots --platform dcoder --display-name Pilots --label pilot=yes --region eu")
        {
            id, platform, name, priority, _all, _tenants, _tiers, _regions, _labels, config, comment,
        };
        output.AddTo(command);
        command.Validators.Add(result =>
        {
            var attributes = Count(result.GetValue(_tiers)) + Count(result.GetValue(_regions)) + Count(result.GetValue(_labels));
            bool[] kinds = [result.GetValue(_all), Count(result.GetValue(_tenants)) > 0, attributes > 0];
            if (kinds.Count(given => given) != 1)
                result.AddError("Say whom it holds: --all, or --tenant, or --tier, --region and --label.");
            if (result.GetValue(_labels)?.Any(label => label.IndexOf('=', StringComparison.Ordinal) < 1) == true)
                result.AddError("A label looks like pilot=yes.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var body = new JsonObject
            {
                ["displayName"] = parsed.GetRequiredValue(name),
                ["priority"] = parsed.GetValue(priority),
                ["match"] = Match(parsed),
                ["config"] = await ReadAsync(terminal, parsed.GetValue(config), cancellationToken),
            };
            var path = $"{SegmentCommands.PathOf(parsed.GetRequiredValue(platform))}/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}";
            var query = CommentOption.AsQuery(comment.Read(parsed));
            var written = await api.SendAsync(new ApiRequest(HttpMethod.Put, $"{path}?{query}") { Body = body, IsCreation = true }, cancellationToken);
            return await WrittenOutput.WriteAsync(terminal, written.Body, output.Read(parsed));
        });
        return command;
    }

    private JsonObject Match(ParseResult parsed)
    {
        if (parsed.GetValue(_all))
            return new JsonObject { ["all"] = true };
        var match = new JsonObject();
        Add(match, "tenants", parsed.GetValue(_tenants));
        Add(match, "tier", parsed.GetValue(_tiers));
        Add(match, "region", parsed.GetValue(_regions));
        var labels = (parsed.GetValue(_labels) ?? []).Select(text => text.Split('=', 2));
        foreach (var label in labels.GroupBy(pair => pair[0], pair => pair[1], StringComparer.Ordinal))
            Add(match, $"labels.{label.Key}", [.. label]);
        return match;
    }

    private static async Task<JsonNode> ReadAsync(Terminal terminal, string? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return new JsonObject();
        if (file != "-" && !File.Exists(file))
            throw new CommandFailedException(ExitCode.NotFound, $"There is no file '{file}'.");
        var text = file == "-" ? await terminal.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        return YamlText.Read(text, file) ?? new JsonObject();
    }

    private static void Add(JsonObject match, string name, string[]? values)
    {
        if (Count(values) > 0)
            match[name] = new JsonArray([.. values!.Select(value => (JsonNode)value)]);
    }

    private static int Count(string[]? values) => values?.Length ?? 0;

    private static Option<string[]> Many(string name, string? alias, string description, string value) =>
        new(name, alias is null ? [] : [alias]) { Description = description, HelpName = value };
}
