using System.CommandLine;
using Strata.Cli.Contexts;
using Strata.Cli.Http;

namespace Strata.Cli.Commands;

/// <summary>`strata login`.</summary>
internal static class LoginCommand
{
    public static Command Create(Terminal terminal)
    {
        var url = new Option<string>("--url") { Description = "The server; without it STRATA_URL, or the context in use.", HelpName = "url" };
        var name = new Option<string>("--context") { Description = "What to call it; without it the server's host and port.", HelpName = "name" };
        var role = new Option<string>("--role")
        {
            Description = "Have the development issuer make the token, for this role, instead of asking for one.",
            HelpName = string.Join('|', TokenCommand.Roles),
        }.AcceptOnlyFromAmong([.. TokenCommand.Roles]);
        var platform = new Option<string>("--platform", "-p") { Description = "With --role: only this platform and its tenants.", HelpName = "platform" };
        var tenant = new Option<string>("--tenant", "-t") { Description = "With --role: only this tenant.", HelpName = "tenant" };
        var ttl = new Option<string>("--ttl") { Description = "With --role: how long it is valid.", HelpName = "duration", DefaultValueFactory = _ => "12h" };
        var command = new ExampleCommand(
            "login",
            "Keep a server and a token for it, and use them from now on. "
                + "The token is asked for at a terminal or read from standard input, never given as an argument.",
            "strata login --url https://strata.example.com",
            "strata login --role platform-admin",
            "strata login --url https://strata.example.com --context production < token.txt") { url, name, role, platform, tenant, ttl };
        command.Validators.Add(result =>
        {
            if (result.GetValue(role) is null && (result.GetValue(platform) ?? result.GetValue(tenant)) is not null)
                result.AddError("--platform and --tenant go with --role.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var server = parsed.GetValue(url) is { } given
                ? new Connection(Connection.Parse(given, "--url"), null, "--url")
                : Connection.Of(terminal) with { Token = null };
            var token = parsed.GetValue(role) is { } word
                ? await IssueAsync(terminal, server, new(word, parsed.GetValue(platform), parsed.GetValue(tenant), parsed.GetRequiredValue(ttl)), cancellationToken)
                : await AskAsync(terminal, server.Url, cancellationToken);
            return await KeepAsync(terminal, server with { Token = token }, parsed.GetValue(name) ?? server.Url.Authority, cancellationToken);
        });
        return command;
    }

    private static async Task<int> KeepAsync(Terminal terminal, Connection server, string name, CancellationToken cancellationToken)
    {
        using var api = new StrataApi(server, terminal);
        var me = (await api.GetAsync("/v1/whoami", cancellationToken)).Body;
        var file = new ContextFile(terminal);
        var known = file.Read();
        var contexts = known.Contexts.SetItem(name, new ServerContext(server.Url.ToString(), server.Token!));
        await file.WriteAsync(new KnownContexts { Current = name, Contexts = contexts }, cancellationToken);
        await terminal.Out.WriteLineAsync($"Logged in to {server.Url} as {me?["actor"]}; the context '{name}' is in use.");
        if (terminal.Variable("STRATA_URL") is not null || terminal.Variable("STRATA_TOKEN") is not null)
            await terminal.Error.WriteLineAsync("STRATA_URL and STRATA_TOKEN are set and win over it; unset them to use the context.");
        return ExitCode.Ok;
    }

    private static async Task<string> IssueAsync(Terminal terminal, Connection server, DevelopmentToken wanted, CancellationToken cancellationToken)
    {
        using var issuer = new StrataApi(server, terminal);
        return await wanted.IssueAsync(issuer, cancellationToken);
    }

    private static async Task<string> AskAsync(Terminal terminal, Uri server, CancellationToken cancellationToken)
    {
        if (terminal.IsInteractive)
        {
            await terminal.Error.WriteAsync($"Token for {server}: ");
            await terminal.Error.FlushAsync(cancellationToken);
        }

        var token = (await terminal.ReadHiddenAsync(cancellationToken))?.Trim();
        return token is { Length: > 0 } ? token : throw new CommandFailedException(ExitCode.Usage, "There was no token on standard input.");
    }
}
