using System.CommandLine;

namespace Strata.Cli.Options;

/// <summary>How a result is written.</summary>
internal enum OutputFormat
{
    /// <summary>For people; may change.</summary>
    Table,

    /// <summary>The answer of the API, for programs.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,
}

/// <summary>`--output table|json|yaml`.</summary>
internal sealed class OutputOption
{
    private readonly Option<string> _output = new Option<string>("--output", "-o")
    {
        Description = "How the result is written: for people, or for programs.",
        HelpName = "table|json|yaml",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json", "yaml");

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(_output);

    /// <summary>What was given.</summary>
    public OutputFormat Read(ParseResult parsed) => Enum.Parse<OutputFormat>(parsed.GetRequiredValue(_output), ignoreCase: true);
}
