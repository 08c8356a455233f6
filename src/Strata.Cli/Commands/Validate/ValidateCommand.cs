using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Files;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata validate`.</summary>
internal static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string[]>("path")
        {
            Description = "Files, folders, or - for standard input.",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => ["platforms"],
        };
        var output = new OutputOption();
        var command = new ExampleCommand(
            "validate",
            "Judge files without a server: form, schemas, override rules and policies, as the server would. "
                + "Each problem comes with file, line, column, pointer and rule; exit code 6 when there are any.",
            "strata validate platforms",
            "strata validate platforms/dcoder/tenants/tinkerlab.yaml",
            "strata validate --output json platforms") { path };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var paths = parsed.GetValue(path) ?? [];
            var set = await new ConfigurationFiles(terminal).ReadAsync(paths, cancellationToken);
            var problems = set.Problems;
            if (problems.IsEmpty && set.Items.IsEmpty)
                throw new CommandFailedException(ExitCode.Invalid, "The files hold no configuration.");
            if (problems.IsEmpty)
                problems = [.. new FileBrands(set, await AroundAsync(terminal, set, paths, cancellationToken)).Problems()];
            await WriteAsync(terminal, set, problems, output.Read(parsed));
            return problems.IsEmpty ? ExitCode.Ok : ExitCode.Invalid;
        });
        return command;
    }

    /// <summary>What the files lean on and do not bring: the brands around them, else those of the checkout.</summary>
    private static async Task<ConfigurationSet> AroundAsync(Terminal terminal, ConfigurationSet set, string[] paths, CancellationToken cancellationToken)
    {
        var described = set.Items.Where(item => item.Kind == "platform").Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        if (set.Items.Any(item => item.Kind == "allowlist") && set.Items.All(item => item.Brand is null || described.Contains(item.Brand)))
            return new ConfigurationSet([], []);
        var nearby = paths.Where(path => path != "-").Select(path => ConfigurationFiles.BrandsAround(Path.GetFullPath(path)));
        var folder = nearby.FirstOrDefault(found => found is not null) ?? ConfigurationFiles.BrandsAround(Path.Combine(terminal.Root, "platforms"));
        if (folder is null)
        {
            await terminal.Error.WriteLineAsync($"There is no {ConfigurationFiles.AllowlistPath} around: no provider host is allowed.");
            return new ConfigurationSet([], []);
        }

        await terminal.Error.WriteLineAsync($"What the files leave out is taken from {folder}.");
        return await new ConfigurationFiles(terminal).ReadAsync([folder], cancellationToken);
    }

    private static async Task WriteAsync(Terminal terminal, ConfigurationSet set, IReadOnlyCollection<Problem> problems, OutputFormat format)
    {
        if (format == OutputFormat.Table)
        {
            foreach (var problem in problems)
                await terminal.Error.WriteLineAsync(problem.ToString());
            await terminal.Out.WriteLineAsync(problems.Count == 0 ? $"{set.Items.Length} items are valid." : $"{problems.Count} problems.");
            return;
        }

        var list = new JsonArray([.. problems.Select(problem => new JsonObject
        {
            ["file"] = problem.File,
            ["line"] = problem.Place.Line,
            ["column"] = problem.Place.Column,
            ["pointer"] = problem.Pointer,
            ["rule"] = problem.Rule,
            ["message"] = problem.Message,
        })]);
        await DocumentOutput.WriteAsync(terminal, new JsonObject { ["problems"] = list }, format);
    }
}
