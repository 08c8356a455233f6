using System.Collections.Immutable;
using System.CommandLine;
using System.Runtime.CompilerServices;
using Strata.Cli.Commands;

namespace Strata.Cli.Tests.Help;

/// <summary>Help texts are approved files: `Help/Approved/&lt;command&gt;.txt`. `STRATA_APPROVE=1` rewrites them; the review reads the diff.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Paths(Root(), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_reads_as_approved(string command)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));

        // The usage line names the running program, which in tests is another one.
        var help = string.Join('\n', shell.Out.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()))
            .Replace($"  {RootCommand.ExecutableName} ", "  strata ", StringComparison.Ordinal);
        var file = Path.Combine(Here(), "Approved", $"{(command.Length == 0 ? "strata" : command.Replace(' ', '-'))}.txt");
        if (Environment.GetEnvironmentVariable("STRATA_APPROVE") == "1")
            await File.WriteAllTextAsync(file, help, TestContext.Current.CancellationToken);
        Assert.Equal(File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "(no such file; STRATA_APPROVE=1 writes it)", help);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_that_does_something_has_examples(string command)
    {
        var found = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate<string, Command>(Root(), (at, name) => at.Subcommands.Single(sub => sub.Name == name));

        if (found.Subcommands.Count == 0)
            Assert.All(Assert.IsType<ExampleCommand>(found).Examples, example => Assert.Contains("strata", example, StringComparison.Ordinal));
    }

    private static RootCommand Root() => StrataCommand.Create(new Terminal(TextWriter.Null, TextWriter.Null, ImmutableDictionary<string, string>.Empty));

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, $"{path} {sub.Name}".Trim())).Prepend(path);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
