namespace Strata.Cli.Contexts;

/// <summary>Which server commands speak to, and as whom.</summary>
/// <param name="Url">The address.</param>
/// <param name="Token">The bearer token; null for none.</param>
/// <param name="Origin">Where the address was found, for people.</param>
internal sealed record Connection(Uri Url, string? Token, string Origin)
{
    /// <summary>Where `strata up` listens.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>
    /// What the surroundings say: `STRATA_URL` and `STRATA_TOKEN` each win over the context in use, which is that of `STRATA_CONTEXT` or the one
    /// chosen last. A context's token goes to the context's server only.
    /// </summary>
    /// <exception cref="CommandFailedException">An address is none, or there is no such context.</exception>
    public static Connection Of(Terminal terminal)
    {
        var (name, context) = InUse(terminal);
        var named = terminal.Variable("STRATA_URL");
        var url = Parse(named ?? context?.Url ?? DefaultUrl, named is not null ? "STRATA_URL" : $"the address of the context '{name}'");
        var isContexts = context is not null && (named is null || url == Parse(context.Url, $"the address of the context '{name}'"));
        var origin = named is not null ? "STRATA_URL" : context is not null ? $"context {name}" : "default";
        return new Connection(url, terminal.Variable("STRATA_TOKEN") ?? (isContexts ? context!.Token : null), origin);
    }

    /// <summary>An http or https address.</summary>
    /// <exception cref="CommandFailedException">It is none.</exception>
    public static Uri Parse(string text, string what) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw new CommandFailedException(ExitCode.Usage, $"{what} is '{text}', which is not an http address.");

    private static (string? Name, ServerContext? Context) InUse(Terminal terminal)
    {
        var known = new ContextFile(terminal).Read();
        var asked = terminal.Variable("STRATA_CONTEXT");
        if (asked is not null && !known.Contexts.ContainsKey(asked))
        {
            throw new CommandFailedException(
                ExitCode.NotFound, $"STRATA_CONTEXT is '{asked}', and there is no such context; `strata context list` names them.");
        }

        var name = asked ?? known.Current;
        return (name, name is null ? null : known.Contexts.GetValueOrDefault(name));
    }
}
