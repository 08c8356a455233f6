using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Contexts;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata context list|use|remove`.</summary>
internal static class ContextCommands
{
    public static Command Create(Terminal terminal) => new("context", "Servers that `strata login` keeps: which one is in use.")
    {
        List(terminal), Use(terminal), Remove(terminal),
    };

    private static ExampleCommand List(Terminal terminal)
    {
        var output = OutputOption.WithName();
        var command = new ExampleCommand("list", "List the servers, without their tokens.", "strata context list", "strata context list --output name");
        output.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var known = new ContextFile(terminal).Read();
            JsonNode[] items = [.. known.Contexts.Select(context => new JsonObject
            {
                ["id"] = context.Key,
                ["url"] = context.Value.Url,
                ["current"] = context.Key == known.Current,
            })];
            await DocumentOutput.WriteListAsync(terminal, items, output.Read(parsed), "id", "url", "current");
            return ExitCode.Ok;
        });
        return command;
    }

    private static ExampleCommand Use(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "Its name." };
        var command = new ExampleCommand(
            "use", "Use another server from now on. For one command there is STRATA_CONTEXT.", "strata context use production") { name };
        command.SetAction((parsed, cancellationToken) =>
            ChangeAsync(terminal, parsed.GetRequiredValue(name), (known, chosen) => known with { Current = chosen }, cancellationToken));
        return command;
    }

    private static ExampleCommand Remove(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "Its name." };
        var command = new ExampleCommand("remove", "Forget a server and its token.", "strata context remove production") { name };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(terminal, parsed.GetRequiredValue(name), Without, cancellationToken));
        return command;
    }

    private static KnownContexts Without(KnownContexts known, string name) =>
        new() { Current = known.Current == name ? null : known.Current, Contexts = known.Contexts.Remove(name) };

    private static async Task<int> ChangeAsync(
        Terminal terminal, string name, Func<KnownContexts, string, KnownContexts> change, CancellationToken cancellationToken)
    {
        var file = new ContextFile(terminal);
        var known = file.Read();
        if (!known.Contexts.ContainsKey(name))
        {
            var others = known.Contexts.IsEmpty ? "there is none at all; `strata login` makes one" : $"there are: {string.Join(", ", known.Contexts.Keys)}";
            throw new CommandFailedException(ExitCode.NotFound, $"There is no context '{name}'; {others}.");
        }

        await file.WriteAsync(change(known, name), cancellationToken);
        return ExitCode.Ok;
    }
}
