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
        var name = new Option<string>("--context") { Description = "What to call it; without it the server's host.", HelpName = "name" };
        var role = new Option<string>("--role")
        {
            Description = "Have the development issuer make the token, for this role, instead of asking for one.",
            HelpName = string.Join('|', TokenCommand.Roles),
        }.AcceptOnlyFromAmong(TokenCommand.Roles);
        var platform = new Option<string>("--platform", "-p") { Description = "With --role: only this platform and its tenants.", HelpName = "platform" };
        var tenant = new Option<string>("--tenant", "-t") { Description = "With --role: only this tenant.", HelpName = "tenant" };
        var ttl = new Option<string>("--ttl") { Description = "With --role: how long it is valid.", HelpName = "duration", DefaultValueFactory = _ => "12h" };
        var command = new ExampleCommand(
            "login",
            "Keep a server and a token for it, and use them from now on. The token is asked for at a terminal or read from standard input, never given as an argument.",
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
            var server = parsed.GetValue(url) is { } given ? Connection.Parse(given, "--url") : Connection.Of(terminal).Url;
            var wanted = parsed.GetValue(role) is { } word
                ? new DevelopmentToken(word, parsed.GetValue(platform), parsed.GetValue(tenant), parsed.GetRequiredValue(ttl))
                : null;
            return await RunAsync(terminal, server, wanted, parsed.GetValue(name) ?? server.Host, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Uri server, DevelopmentToken? wanted, string name, CancellationToken cancellationToken)
    {
        string token;
        if (wanted is null)
            token = await AskAsync(terminal, server, cancellationToken);
        else
            using (var issuer = new StrataApi(new Connection(server, null, "login")))
                token = await wanted.IssueAsync(issuer, cancellationToken);

        using var api = new StrataApi(new Connection(server, token, "login"));
        var me = (await api.GetAsync("/v1/whoami", cancellationToken)).Body;
        var file = new ContextFile(terminal);
        var known = file.Read();
        known.Contexts[name] = new ServerContext(server.ToString(), token);
        await file.WriteAsync(known with { Current = name }, cancellationToken);
        await terminal.Out.WriteLineAsync($"Logged in to {server} as {me?["actor"]}; the context '{name}' is in use.");
        if (terminal.Variable("STRATA_URL") is not null || terminal.Variable("STRATA_TOKEN") is not null)
            await terminal.Error.WriteLineAsync("STRATA_URL and STRATA_TOKEN are set and win over it; unset them to use the context.");
        return ExitCode.Ok;
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
