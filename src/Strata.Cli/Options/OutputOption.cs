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

    /// <summary>Only ids, one a line.</summary>
    Name,
}

/// <summary>`--output table|json|yaml`, and `name` where a command lists things.</summary>
internal sealed class OutputOption
{
    private readonly Option<string> _output;

    /// <summary>The option of a command that lists nothing.</summary>
    public OutputOption()
        : this("table", "json", "yaml")
    {
    }

    private OutputOption(params string[] formats) => _output = new Option<string>("--output", "-o")
    {
        Description = "How the result is written: for people, or for programs.",
        HelpName = string.Join('|', formats),
        DefaultValueFactory = _ => formats[0],
    }.AcceptOnlyFromAmong(formats);

    /// <summary>The option of a command that lists things with ids.</summary>
    public static OutputOption WithName() => new("table", "json", "yaml", "name");

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(_output);

    /// <summary>What was given.</summary>
    public OutputFormat Read(ParseResult parsed) => Enum.Parse<OutputFormat>(parsed.GetRequiredValue(_output), ignoreCase: true);
}
