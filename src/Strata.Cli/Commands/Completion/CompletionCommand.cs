using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata completion`.</summary>
internal static class CompletionCommand
{
    // The shells hand the line over to the command itself, which knows its words: `strata [suggest:POSITION] LINE`.
    private const string Bash =
        """
        _strata() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(strata "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _strata strata

        """;

    private const string Zsh =
        """
        #compdef strata
        _strata() {
          compadd -- "${(@f)$(strata "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}"
        }
        compdef _strata strata

        """;

    private const string Fish =
        """
        complete -c strata -f -a '(strata "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'

        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("shell") { Description = "The shell.", HelpName = "bash|zsh|fish" }.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new ExampleCommand(
            "completion",
            "Print a script that completes commands and options.",
            "source <(strata completion bash)",
            "strata completion fish > ~/.config/fish/completions/strata.fish") { shell };
        command.SetAction(parsed => terminal.Out.Write(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish }));
        return command;
    }
}
