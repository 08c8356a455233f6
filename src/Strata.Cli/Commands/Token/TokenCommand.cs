using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;

namespace Strata.Cli.Commands;

/// <summary>`strata token`.</summary>
internal static class TokenCommand
{
    /// <summary>The roles of the development issuer.</summary>
    public static readonly ImmutableArray<string> Roles = ["platform-admin", "tenant-admin", "auditor", "service"];

    public static Command Create(Terminal terminal)
    {
        var role = new Option<string>("--role") { Description = "What the token may do.", Required = true, HelpName = string.Join('|', Roles) }
            .AcceptOnlyFromAmong([.. Roles]);
        var platform = new Option<string>("--platform", "-p") { Description = "Only this platform and its tenants.", HelpName = "platform" };
        var tenant = new Option<string>("--tenant", "-t") { Description = "Only this tenant.", HelpName = "tenant" };
        var ttl = new Option<string>("--ttl")
        {
            Description = "How long it is valid, such as 30m or 8h.",
            HelpName = "duration",
            DefaultValueFactory = _ => "1h",
        };
        var command = new ExampleCommand(
            "token",
            "Print a token of the development issuer, which a server outside of Development does not have.",
            "export STRATA_TOKEN=$(strata token --role platform-admin)",
            "strata token --role tenant-admin --tenant acme --ttl 8h") { role, platform, tenant, ttl };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var wanted = new DevelopmentToken(parsed.GetRequiredValue(role), parsed.GetValue(platform), parsed.GetValue(tenant), parsed.GetRequiredValue(ttl));
            await terminal.Out.WriteLineAsync(await wanted.IssueAsync(api, cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>A token to ask the development issuer for.</summary>
/// <param name="Role">What it may do.</param>
/// <param name="Platform">The one platform; null is every one that the role may have.</param>
/// <param name="Tenant">The one tenant; null is every one of the platform.</param>
/// <param name="Ttl">How long it is valid, such as `1h`.</param>
internal sealed record DevelopmentToken(string Role, string? Platform, string? Tenant, string Ttl)
{
    /// <summary>Asks for it.</summary>
    public async Task<string> IssueAsync(StrataApi api, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["role"] = Role, ["ttl"] = Ttl };
        if (Platform is not null)
            request["platform"] = Platform;
        if (Tenant is not null)
            request["tenant"] = Tenant;
        var answer = await api.PostAsync("/dev/token", request, cancellationToken);
        return (string?)answer.Body?["token"] ?? throw new CommandFailedException(ExitCode.Failure, "The development issuer answered without a token.");
    }
}
