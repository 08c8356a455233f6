using System.CommandLine;

namespace Strata.Cli.Options;

/// <summary>`--comment TEXT`: why something is written.</summary>
internal sealed class CommentOption : Option<string>
{
    public CommentOption()
        : base("--comment", "-m")
    {
        Description = "Why; kept in the history.";
        HelpName = "text";
    }

    /// <summary>What was given; null for no comment.</summary>
    public string? Read(ParseResult parsed) => parsed.GetValue(this) is { Length: > 0 } text ? text : null;

    /// <summary>The comment as a parameter of a query; empty for none.</summary>
    public static string AsQuery(string? comment) => comment is null ? "" : $"comment={Uri.EscapeDataString(comment)}";
}
